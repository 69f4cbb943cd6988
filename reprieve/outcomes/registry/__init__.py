"""The registry: dose joined to response over all patients, written once for any engine.

Measures are ibis expressions over five flat tables (`tables`). DuckDB runs them beside the
clinic's database; a Spark Connect engine runs the same expressions over the same Parquet files.
Days are whole numbers since 1970, pain is a whole number of small units: every comparison with a
threshold is exact and the same on each engine. ibis is an optional package: nothing outside this
folder imports it.
"""
