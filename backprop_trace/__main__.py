"""`python -m backprop_trace`."""

from backprop_trace.cli import main

if __name__ == "__main__":
    main()
