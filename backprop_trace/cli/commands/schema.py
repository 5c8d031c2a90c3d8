"""`backprop-trace schema`: the JSON Schema of the file format."""


def command() -> None:
    """The JSON Schema of the file format. Editors complete and check files with it."""
    import json

    from backprop_trace.cli.terminal import Terminal
    from backprop_trace.files.schema import json_schema

    Terminal.stdout([json.dumps(json_schema(), indent=2, ensure_ascii=True) + "\n"])
