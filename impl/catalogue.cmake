# The catalogue: one line per implementation.
#
#   family  header (impl/<family>/<header>.hpp)  class template
#   WAITING  the waiting policies that it is built with, each a row of its own
#   NEEDS    a header that a Debian package provides, and that package
#   LINK     libraries that it is linked with, from the same package
#   INCLUDE  the folder of its headers, where the compiler does not look by itself
#   OPTION   an option of the compiler that it is compiled and linked with
#
# cmake/catalogue.cmake turns each line into the translation units that instantiate its benchmarks
# and its conformance suite. Where the needed header or library is absent, the row is listed as not
# built. What cannot be built on Debian 12 at all has a line of its own:
#
#   handoff_absent(family name "why")

handoff_implementation(pipe pipe_pair            PipePair)
handoff_implementation(pipe socketpair_stream    SocketpairStream)
handoff_implementation(pipe socketpair_seqpacket SocketpairSeqpacket)
handoff_implementation(pipe socketpair_datagram  SocketpairDatagram)
handoff_implementation(pipe fifo                 Fifo)
handoff_implementation(pipe unix_stream_path     UnixStreamPath)
handoff_implementation(pipe unix_stream_abstract UnixStreamAbstract)
handoff_implementation(pipe tcp_loopback         TcpLoopback)
handoff_implementation(pipe pseudo_terminal      PseudoTerminal)
handoff_implementation(pipe udp_loopback         UdpLoopback)
handoff_implementation(pipe vmsplice_pipe        VmsplicePipe)
handoff_implementation(pipe shared_ring          SharedRing
                       WAITING Spin SpinThenYield Park SpinThenPark EventfdPark WatchingPark)
handoff_implementation(pipe posix_message_queue_pair PosixMessageQueuePair)
handoff_implementation(pipe sysv_message_queue_pair  SysvMessageQueuePair)
handoff_implementation(pipe memfd_handover           MemfdHandover)
handoff_implementation(pipe boost_message_queue_pair BoostMessageQueuePair
                       NEEDS boost/interprocess/ipc/message_queue.hpp libboost-dev)
handoff_implementation(pipe boost_spsc_queue_pair    BoostSpscQueuePair
                       NEEDS boost/lockfree/spsc_queue.hpp libboost-dev)
handoff_implementation(pipe moodycamel_reader_writer_queue_pair MoodycamelReaderWriterQueuePair
                       NEEDS readerwriterqueue/readerwriterqueue.h libreaderwriterqueue-dev)
handoff_implementation(pipe zeromq_pair_inproc  ZeromqPairInproc NEEDS zmq.h libzmq3-dev LINK zmq)
handoff_implementation(pipe zeromq_pair_ipc     ZeromqPairIpc    NEEDS zmq.h libzmq3-dev LINK zmq)
handoff_implementation(pipe zeromq_pair_tcp     ZeromqPairTcp    NEEDS zmq.h libzmq3-dev LINK zmq)
handoff_implementation(pipe nng_pair_ipc        NngPairIpc       NEEDS nng/nng.h libnng-dev LINK nng)
handoff_implementation(pipe iceoryx_publish_subscribe IceoryxPublishSubscribe
                       NEEDS iceoryx_posh/iceoryx_posh_deployment.hpp libiceoryx-posh-dev
                       LINK iceoryx_posh iceoryx_hoofs iceoryx_platform
                       INCLUDE /usr/include/iceoryx/v2.0.3)
handoff_implementation(pipe grpc_stream         GrpcStream NEEDS grpcpp/grpcpp.h libgrpc++-dev
                       LINK grpc++ grpc gpr absl_synchronization)
handoff_implementation(pipe io_uring_socketpair IoUringSocketpair NEEDS liburing.h liburing-dev LINK uring)
handoff_implementation(pipe io_uring_msg_ring   IoUringMsgRing    NEEDS liburing.h liburing-dev LINK uring)
handoff_implementation(pipe process_vm_readv_outbox ProcessVmReadvOutbox)

handoff_implementation(queue mutex_condition        MutexCondition)
handoff_implementation(queue shared_mutex_condition SharedMutexCondition)
handoff_implementation(queue mpmc_ring              MpmcRing WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(queue recoverable_ring       RecoverableRing WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(queue spsc_ring              SpscRing WAITING Spin SpinThenYield Park SpinThenPark WatchingPark)
handoff_implementation(queue slot_ring              SlotRing WAITING Spin SpinThenYield Park SpinThenPark WatchingPark)
handoff_implementation(queue boost_spsc_queue       BoostSpscQueue
                       NEEDS boost/lockfree/spsc_queue.hpp libboost-dev)
handoff_implementation(queue optimist_atomic_queue  OptimistAtomicQueue
                       NEEDS atomic_queue/atomic_queue.h libatomic-queue-dev)
handoff_implementation(queue atomic_queue_spsc      AtomicQueueSpsc
                       NEEDS atomic_queue/atomic_queue.h libatomic-queue-dev)
handoff_implementation(queue moodycamel_concurrent_queue MoodycamelConcurrentQueue
                       NEEDS concurrentqueue/concurrentqueue.h libconcurrentqueue-dev)
handoff_implementation(queue moodycamel_blocking_concurrent_queue MoodycamelBlockingConcurrentQueue
                       NEEDS concurrentqueue/blockingconcurrentqueue.h libconcurrentqueue-dev)
handoff_implementation(queue boost_message_queue    BoostMessageQueue
                       NEEDS boost/interprocess/ipc/message_queue.hpp libboost-dev)
handoff_implementation(queue posix_message_queue    PosixMessageQueue)
handoff_implementation(queue boost_lockfree_queue   BoostLockfreeQueue
                       NEEDS boost/lockfree/queue.hpp libboost-dev)
handoff_implementation(queue tbb_concurrent_bounded_queue TbbConcurrentBoundedQueue
                       NEEDS tbb/concurrent_queue.h libtbb-dev LINK tbb)
handoff_implementation(queue tbb_concurrent_queue   TbbConcurrentQueue
                       NEEDS tbb/concurrent_queue.h libtbb-dev LINK tbb)
handoff_implementation(queue moodycamel_reader_writer_queue MoodycamelReaderWriterQueue
                       NEEDS readerwriterqueue/readerwriterqueue.h libreaderwriterqueue-dev)
handoff_implementation(queue moodycamel_blocking_reader_writer_queue MoodycamelBlockingReaderWriterQueue
                       NEEDS readerwriterqueue/readerwriterqueue.h libreaderwriterqueue-dev)
handoff_implementation(queue moodycamel_circular_buffer MoodycamelCircularBuffer
                       NEEDS readerwriterqueue/readerwritercircularbuffer.h libreaderwriterqueue-dev)
handoff_implementation(queue xenium_vyukov_bounded_queue XeniumVyukovBoundedQueue
                       NEEDS xenium/vyukov_bounded_queue.hpp libxenium-dev)
handoff_implementation(queue xenium_michael_scott_queue XeniumMichaelScottQueue
                       NEEDS xenium/michael_scott_queue.hpp libxenium-dev)
handoff_implementation(queue xenium_ramalhete_queue XeniumRamalheteQueue
                       NEEDS xenium/ramalhete_queue.hpp libxenium-dev)
handoff_implementation(queue ck_ring_spsc           CkRingSpsc NEEDS ck_pr.h libck-dev)
handoff_implementation(queue urcu_wfcqueue          UrcuWfcqueue
                       NEEDS urcu/wfcqueue.h liburcu-dev LINK urcu-common)
handoff_implementation(queue segmented_queue        SegmentedQueue WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(queue two_lock_queue         TwoLockQueue WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(queue robust_mutex_condition RobustMutexCondition)
handoff_implementation(queue eventfd_semaphore_ring EventfdSemaphoreRing)
handoff_implementation(queue unix_datagram_queue    UnixDatagramQueue)
handoff_implementation(queue unix_seqpacket_queue   UnixSeqpacketQueue)
handoff_implementation(queue locked_pipe            LockedPipe)
handoff_implementation(queue sysv_message_queue     SysvMessageQueue)
handoff_implementation(queue moodycamel_concurrent_queue_plain MoodycamelConcurrentQueuePlain
                       NEEDS concurrentqueue/concurrentqueue.h libconcurrentqueue-dev)
handoff_implementation(queue joinable_mutex_condition JoinableMutexCondition)
handoff_implementation(queue joinable_mpmc_ring     JoinableMpmcRing WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(queue redis_list             RedisList NEEDS hiredis/hiredis.h libhiredis-dev LINK hiredis)
handoff_implementation(queue zeromq_push_pull       ZeromqPushPull NEEDS zmq.h libzmq3-dev LINK zmq)
handoff_implementation(queue nng_push_pull          NngPushPull NEEDS nng/nng.h libnng-dev LINK nng)
handoff_implementation(queue nats_queue_group       NatsQueueGroup NEEDS nats/nats.h libnats-dev LINK nats)
handoff_absent(queue atomic_queue_mpmc
               "with many ends it breaks the order of one producer: a slot claimed by a worker that is preempted can be filled, or emptied, by the next lap")
handoff_absent(queue mpmc_ring+watching_park
               "who waits for any of many ends watches none of them: the death of one does not end the wait; and a slot that a dead one has claimed stays shut")
handoff_absent(queue two_lock_queue+watching_park
               "a worker that is killed with a lock leaves the others waiting for that lock, which no watching wait for items or room ends")
handoff_absent(queue recoverable_ring+watching_park
               "its waiters look themselves whether who has claimed a slot lives, with any policy; an idle one's death stops nobody")
handoff_absent(queue ck_ring_mpmc
               "producers publish in the order of their claims, awake: two on one CPU hand over one item per time slice")
handoff_absent(queue xenium_nikolaev_queue "the xenium of Debian 12 does not have it yet")

handoff_implementation(value atomic              AtomicValue)
handoff_implementation(value shared_mutex        SharedMutexValue)
handoff_implementation(value boost_managed_shared_memory BoostManagedSharedMemory
                       NEEDS boost/interprocess/managed_shared_memory.hpp libboost-dev)
handoff_implementation(value flock_file          FlockFile)
handoff_implementation(value compare_exchange    CompareExchangeValue)
handoff_implementation(value ticket_lock         TicketLockValue)
handoff_implementation(value ttas_lock           TtasLockValue)
handoff_implementation(value futex_mutex         FutexMutexValue)
handoff_implementation(value robust_mutex        RobustMutexValue)
handoff_implementation(value rwlock              RwlockValue)
handoff_implementation(value seqlock             SeqlockValue)
handoff_implementation(value urcu                UrcuValue
                       NEEDS urcu/urcu-memb.h liburcu-dev LINK urcu-memb urcu-common)
handoff_implementation(value sharded_counter     ShardedCounterValue)
handoff_implementation(value posix_semaphore_unnamed PosixSemaphoreUnnamedValue)
handoff_implementation(value posix_semaphore_named   PosixSemaphoreNamedValue)
handoff_implementation(value sysv_semaphore_undo     SysvSemaphoreUndoValue)
handoff_implementation(value lmdb_transaction    LmdbTransactionValue NEEDS lmdb.h liblmdb-dev LINK lmdb)
handoff_implementation(value fcntl_lock_file     FcntlLockFile)
handoff_implementation(value ofd_lock_file       OfdLockFile)
handoff_implementation(value mapped_file         MappedFile)
handoff_implementation(value sysv_shared_memory  SysvSharedMemory)
handoff_implementation(value value_server        ValueServer)
handoff_implementation(value redis_incr          RedisIncr NEEDS hiredis/hiredis.h libhiredis-dev LINK hiredis)

handoff_implementation(file o_append                OAppend)
handoff_implementation(file flock                   FlockAppend)
handoff_implementation(file fcntl_lock              FcntlLockAppend)
handoff_implementation(file ofd_lock                OfdLockAppend)
handoff_implementation(file shared_mutex            SharedMutexAppend)
handoff_implementation(file robust_mutex            RobustMutexAppend)
handoff_implementation(file rwlock                  RwlockAppend)
handoff_implementation(file futex_mutex             FutexMutexAppend)
handoff_implementation(file ticket_lock             TicketLockAppend)
handoff_implementation(file ttas_lock               TtasLockAppend)
handoff_implementation(file posix_semaphore_unnamed PosixSemaphoreUnnamedAppend)
handoff_implementation(file posix_semaphore_named   PosixSemaphoreNamedAppend)
handoff_implementation(file sysv_semaphore_undo     SysvSemaphoreUndoAppend)

handoff_implementation(pool mutex_condition_threads MutexConditionThreads)
handoff_implementation(pool moodycamel_threads      MoodycamelThreads
                       NEEDS concurrentqueue/blockingconcurrentqueue.h libconcurrentqueue-dev)
handoff_implementation(pool work_stealing_threads   WorkStealingThreads WAITING Park SpinThenPark)
handoff_implementation(pool tbb_task_group          TbbTaskGroup
                       NEEDS tbb/task_group.h libtbb-dev LINK tbb)
handoff_implementation(pool tbb_parallel_for        TbbParallelFor
                       NEEDS tbb/task_group.h libtbb-dev LINK tbb)
handoff_implementation(pool for_each_par            ForEachPar
                       NEEDS tbb/task_group.h libtbb-dev LINK tbb)
handoff_absent(pool openmp_loop "a loop is over what is queued when it begins: what comes meanwhile would wait for its slowest task, and loops side by side have teams of their own")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  handoff_implementation(pool openmp_tasks          OpenmpTasks OPTION -fopenmp)
else()
  handoff_absent(pool openmp_tasks "built by g++ only: the threads of a team of clang's libomp spin while they wait for tasks")
endif()
handoff_implementation(pool boost_asio_threads      BoostAsioThreads
                       NEEDS boost/asio/thread_pool.hpp libboost-dev)
handoff_implementation(pool std_async               StdAsync)
handoff_implementation(pool thread_per_task         ThreadPerTask)
handoff_implementation(pool fork_per_task           ForkPerTask)
handoff_implementation(pool prefork_pipe            PreforkPipe)
handoff_implementation(pool prefork_socketpair      PreforkSocketpair)
handoff_implementation(pool prefork_posix_message_queue PreforkPosixMessageQueue)
handoff_implementation(pool prefork_shared_pipe     PreforkSharedPipe)
handoff_implementation(pool prefork_shared_ring     PreforkSharedRing)
handoff_implementation(pool prefork_stealing_ring   PreforkStealingRing)

handoff_implementation(lock std_mutex               lock::StdMutex)
handoff_implementation(lock std_timed_mutex         lock::StdTimedMutex)
handoff_implementation(lock shared_mutex            lock::SharedMutex)
handoff_implementation(lock adaptive_mutex          lock::AdaptiveMutex)
handoff_implementation(lock error_checking_mutex    lock::ErrorCheckingMutex)
handoff_implementation(lock robust_mutex            lock::RobustMutex)
handoff_implementation(lock priority_inheriting_mutex lock::PriorityInheritingMutex)
handoff_implementation(lock futex_mutex             lock::FutexMutex)
handoff_implementation(lock ttas_lock               lock::TtasLock)
handoff_implementation(lock ticket_lock             lock::TicketLock)
handoff_implementation(lock mcs_lock                lock::McsLock)
handoff_implementation(lock posix_semaphore_unnamed lock::PosixSemaphoreUnnamed)
handoff_implementation(lock posix_semaphore_named   lock::PosixSemaphoreNamed)
handoff_implementation(lock sysv_semaphore_undo     lock::SysvSemaphoreUndo)
handoff_implementation(lock eventfd                 lock::Eventfd)
handoff_implementation(lock pipe_token              lock::PipeToken)
handoff_implementation(lock flock                   lock::Flock)
handoff_implementation(lock fcntl_lock              lock::FcntlLock)
handoff_implementation(lock ofd_lock                lock::OfdLock)
handoff_implementation(lock boost_interprocess_mutex lock::BoostInterprocessMutex
                       NEEDS boost/interprocess/sync/interprocess_mutex.hpp libboost-dev)
handoff_implementation(lock boost_named_mutex       lock::BoostNamedMutex
                       NEEDS boost/interprocess/sync/named_mutex.hpp libboost-dev)
handoff_implementation(lock tbb_spin_mutex          lock::TbbSpinMutex
                       NEEDS tbb/spin_mutex.h libtbb-dev LINK tbb)
handoff_implementation(lock tbb_queuing_mutex       lock::TbbQueuingMutex
                       NEEDS tbb/queuing_mutex.h libtbb-dev LINK tbb)
handoff_implementation(lock tbb_mutex               lock::TbbMutex
                       NEEDS oneapi/tbb/mutex.h libtbb-dev LINK tbb)
handoff_implementation(lock absl_mutex              lock::AbslMutex
                       NEEDS absl/synchronization/mutex.h libabsl-dev LINK absl_synchronization)
handoff_implementation(lock std_recursive_mutex     lock::StdRecursiveMutex)
handoff_implementation(lock std_recursive_timed_mutex lock::StdRecursiveTimedMutex)
handoff_implementation(lock recursive_mutex         lock::RecursiveMutex)
handoff_implementation(lock recursive_futex_mutex   lock::RecursiveFutexMutex)
handoff_implementation(lock boost_interprocess_recursive_mutex lock::BoostInterprocessRecursiveMutex
                       NEEDS boost/interprocess/sync/interprocess_recursive_mutex.hpp libboost-dev)

handoff_implementation(semaphore atomic_count           semaphore::AtomicCount
                       WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(semaphore posix_unnamed          semaphore::PosixUnnamed)
handoff_implementation(semaphore posix_named            semaphore::PosixNamed)
handoff_implementation(semaphore sysv                   semaphore::Sysv)
handoff_implementation(semaphore sysv_undo              semaphore::SysvUndo)
handoff_implementation(semaphore eventfd                semaphore::Eventfd)
handoff_implementation(semaphore pipe_tokens            semaphore::PipeTokensSemaphore)
handoff_implementation(semaphore std_counting_semaphore semaphore::StdCountingSemaphore)
handoff_implementation(semaphore boost_interprocess     semaphore::BoostInterprocess
                       NEEDS boost/interprocess/sync/interprocess_semaphore.hpp libboost-dev)
handoff_implementation(semaphore bounded_atomic_count   semaphore::BoundedAtomicCount WAITING Park SpinThenPark)
handoff_implementation(semaphore bounded_posix_unnamed  semaphore::BoundedPosixUnnamed)

handoff_implementation(event atomic_flag     event::AtomicFlag WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(event mutex_condition event::MutexCondition)
handoff_implementation(event eventfd         event::Eventfd)
handoff_implementation(event pipe            event::Pipe)

handoff_implementation(manager unix_socket_server UnixSocketServer)
handoff_implementation(manager shared_ring_server SharedRingServer)
handoff_implementation(manager boost_managed_containers BoostManagedContainers
                       NEEDS boost/interprocess/managed_external_buffer.hpp libboost-dev)
handoff_implementation(manager lmdb_records       LmdbRecordsManager NEEDS lmdb.h liblmdb-dev LINK lmdb)
handoff_implementation(manager sqlite_wal         SqliteWal NEEDS sqlite3.h libsqlite3-dev LINK sqlite3)
handoff_implementation(manager redis_hash         RedisHash NEEDS hiredis/hiredis.h libhiredis-dev LINK hiredis)

handoff_implementation(process thread      ThreadProcess)
handoff_implementation(process fork        ForkWorker)
handoff_implementation(process vfork_exec  VforkExecWorker)
handoff_implementation(process posix_spawn PosixSpawnWorker)
handoff_implementation(process clone3      Clone3Worker)
handoff_implementation(process fork_server ForkServerWorker)
handoff_implementation(process std_async   StdAsyncWorker)
handoff_implementation(process double_fork DoubleForkWorker)

handoff_implementation(condition std_condition_variable condition::StdConditionVariable)
handoff_implementation(condition pthread_condition      condition::PthreadCondition)
handoff_implementation(condition futex_sequence         condition::FutexSequence)
handoff_implementation(condition robust_futex_sequence  condition::RobustFutexSequence)
handoff_implementation(condition boost_interprocess_condition condition::BoostInterprocessCondition
                       NEEDS boost/interprocess/sync/interprocess_condition.hpp libboost-dev)

handoff_implementation(barrier std_barrier           barrier::StdBarrier)
handoff_implementation(barrier pthread_barrier       barrier::PthreadBarrier)
handoff_implementation(barrier sense_reversing       barrier::SenseReversing
                       WAITING Spin SpinThenYield Park SpinThenPark)
handoff_implementation(barrier dissemination         barrier::Dissemination WAITING Spin SpinThenYield)
handoff_implementation(barrier breakable_generations barrier::BreakableGenerations
                       WAITING Park SpinThenPark)
handoff_implementation(barrier watched_generations   barrier::WatchedGenerations)
handoff_implementation(barrier mutex_condition       barrier::MutexCondition)

handoff_implementation(signal kill_handler      signal::KillHandler)
handoff_implementation(signal kill_sigwait      signal::KillSigwait)
handoff_implementation(signal sigqueue          signal::Sigqueue)
handoff_implementation(signal signalfd          signal::Signalfd)
handoff_implementation(signal pidfd_send_signal signal::PidfdSendSignal)
handoff_implementation(signal tgkill            signal::Tgkill)
handoff_implementation(signal rt_tgsigqueueinfo signal::RtTgsigqueueinfo)
handoff_implementation(signal setitimer         signal::Setitimer)
handoff_implementation(signal timerfd           signal::Timerfd)
handoff_implementation(signal posix_timer       signal::PosixTimer)
handoff_implementation(signal sigchld_handler   signal::SigchldHandler)
handoff_implementation(signal pidfd_poll        signal::PidfdPoll)
handoff_implementation(signal waitid            signal::Waitid)
