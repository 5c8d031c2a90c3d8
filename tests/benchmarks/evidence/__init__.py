"""What the checker is measured with: exercises, writers and mistakes made up apart from it, a command a question.

    cd tests/benchmarks && python -m evidence.honest --sheets 2000 --keep /tmp/cases

honest (are they accused?), placeholders, mutations, power (is the mistake found and named?), conventions, equations (is
what a report prints true?). Each prints a table and the first offending cases; --keep writes them down, network and
sheet.
"""
