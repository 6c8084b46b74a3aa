"""Messages: a number that names the sender and the message, and bytes that both ends know."""

WORD = 8
SEQUENCE_BITS = 56


class Payload:
    """Of one size. Every byte is written by the sender, and compared by the receiver."""

    def __init__(self, size: int) -> None:
        self.rest = bytes(n * 37 % 251 for n in range(size - WORD))

    def message(self, sender: int, number: int) -> bytes:
        return (sender << SEQUENCE_BITS | number).to_bytes(WORD, "little") + self.rest

    def check(self, message: bytes, sender: int, number: int) -> None:
        if message != self.message(sender, number):
            raise ValueError(f"wrong message where number {number} of sender {sender} was due")

    def parts(self, message: bytes) -> tuple[int, int]:
        """Sender and number of a message whose other bytes are right."""
        if message[WORD:] != self.rest:
            raise ValueError("a message is torn")
        word = int.from_bytes(message[:WORD], "little")
        return word >> SEQUENCE_BITS, word & ((1 << SEQUENCE_BITS) - 1)
