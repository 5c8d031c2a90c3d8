"""`python -m backprop_trace`, and where the installed program begins; Ctrl-C during the imports ends it quietly."""

import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from backprop_trace.cli import main as run
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
