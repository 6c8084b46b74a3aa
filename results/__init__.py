"""What a result is: names of cases, schema, loading, validating."""
