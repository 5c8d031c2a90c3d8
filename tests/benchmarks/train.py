"""How fast training is, as ratios against something else timed in the same run.

    pip install -e '.[test]'        # and torch, for the lines about PyTorch
    python tests/benchmarks/train.py

Each line: what is measured, against what, the ratio (median of the paired runs), and what it should be at least. The
figure in brackets includes making the listing and compiling it. Absolute times depend on the machine.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.run.train import Run
from backprop_trace.run.train.matrices import Matrices

EPOCHS, TORCH_EPOCHS, ROUNDS = 10_000, 500, 5
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])


class ClassicNetwork:
    """The NumPy script that tutorials on XOR have, as the article of the example xor prints it."""

    def __init__(self, inputs: int, hidden: int, outputs: int):
        self.weights_input_hidden = np.random.randn(inputs, hidden)
        self.weights_hidden_output = np.random.randn(hidden, outputs)
        self.bias_hidden = np.zeros((1, hidden))
        self.bias_output = np.zeros((1, outputs))

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_derivative(self, x):
        return x * (1 - x)

    def feedforward(self, X):
        self.hidden_output = self.sigmoid(np.dot(X, self.weights_input_hidden) + self.bias_hidden)
        self.predicted = self.sigmoid(np.dot(self.hidden_output, self.weights_hidden_output) + self.bias_output)
        return self.predicted

    def backward(self, X, y, rate):
        output_delta = (y - self.predicted) * self.sigmoid_derivative(self.predicted)
        hidden_error = np.dot(output_delta, self.weights_hidden_output.T)
        hidden_delta = hidden_error * self.sigmoid_derivative(self.hidden_output)
        self.weights_hidden_output += np.dot(self.hidden_output.T, output_delta) * rate
        self.bias_output += np.sum(output_delta, axis=0, keepdims=True) * rate
        self.weights_input_hidden += np.dot(X.T, hidden_delta) * rate
        self.bias_hidden += np.sum(hidden_delta, axis=0, keepdims=True) * rate

    def train(self, X, y, epochs, rate):
        for epoch in range(epochs):
            output = self.feedforward(X)
            self.backward(X, y, rate)
            if epoch % 4000 == 0:
                np.mean(np.square(y - output))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def own_run(example: Example) -> tuple[float, float]:
    """Seconds of the epochs, and of all with listing and compilation."""
    start = time.perf_counter()
    run = Run.of(example)
    run.program(1, EPOCHS)
    compiled = time.perf_counter()
    run.advance(1, EPOCHS + 1)
    end = time.perf_counter()
    return end - compiled, end - start


def pytorch_run() -> float:
    import torch

    torch.set_num_threads(1)
    x, y = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    layers = [torch.nn.Linear(2, 4), torch.nn.Sigmoid(), torch.nn.Linear(4, 1), torch.nn.Sigmoid()]
    network = torch.nn.Sequential(*layers).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            optimizer.zero_grad()
            (0.5 * (network(x) - y) ** 2).sum().backward()
            optimizer.step()

    train(20)
    return timed(lambda: train(TORCH_EPOCHS)) * EPOCHS / TORCH_EPOCHS


def line(what: str, ratios: list[float], compiled: list[float], least: float) -> None:
    ratio, whole = statistics.median(ratios), statistics.median(compiled)
    print(f"{what:66} {ratio:6.1f} x  [{whole:.1f} x]   at least {least:g}", flush=True)


def xor() -> None:
    example = load("xor")
    classic, pytorch, ours = [], [], []
    for _ in range(ROUNDS):
        classic.append(timed(lambda: ClassicNetwork(2, 4, 1).train(X, Y, EPOCHS, 0.1)))
        ours.append(own_run(example))
        if importlib.util.find_spec("torch"):
            pytorch.append(pytorch_run())
    for name, others, least in (("the classic NumPy script", classic, 5), ("PyTorch autograd, float64", pytorch, 50)):
        if others:
            pairs = list(zip(others, ours, strict=True))
            ratios, whole = [other / net for other, (net, _) in pairs], [other / all_ for other, (_, all_) in pairs]
            line(f"XOR, 10,000 epochs, against {name}", ratios, whole, least)
        else:
            print(f"XOR, 10,000 epochs, against {name}: not installed")


LARGE = """
inputs: [{inputs}]
targets: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
layers:
  - {{units: 128, activation: sigmoid, weights: {{random: xavier, seed: 1}}, bias: {{random: uniform, seed: 2}}}}
  - {{units: 10, activation: sigmoid, weights: {{random: xavier, seed: 1}}, bias: {{random: uniform, seed: 2}}}}
loss: half_squared_error
learning_rate: 0.1
"""


def large_text() -> str:
    return LARGE.format(inputs=", ".join(f"{(k * 37 % 256) / 255:.3f}" for k in range(784)))


def numpy_steps(steps: int) -> float:
    """784-128-10 written out by hand for NumPy, one sample."""
    random = np.random.default_rng(1)
    x, t = random.random((1, 784)), np.eye(10)[3:4]
    w1, b1 = random.normal(size=(784, 128)) / 28, np.zeros(128)
    w2, b2 = random.normal(size=(128, 10)) / 11, np.zeros(10)

    def train() -> None:
        nonlocal w1, b1, w2, b2
        for _ in range(steps):
            h = 1 / (1 + np.exp(-(x @ w1 + b1)))
            o = 1 / (1 + np.exp(-(h @ w2 + b2)))
            delta = (o - t) * o * (1 - o)
            hidden = (delta @ w2.T) * h * (1 - h)
            w2, b2 = w2 - 0.1 * (h.T @ delta), b2 - 0.1 * delta.sum(axis=0)
            w1, b1 = w1 - 0.1 * (x.T @ hidden), b1 - 0.1 * hidden.sum(axis=0)

    return timed(train)


def large() -> None:
    matrices, ratios = Matrices.of(read_example(large_text())), []
    for round_ in range(ROUNDS):
        plain = numpy_steps(300)
        ratios.append(timed(lambda: matrices.advance(300 * round_ + 1, 300 * round_ + 301)) / plain)  # noqa: B023
    print(f"{'784-128-10, train --fast, against NumPy by hand':66} {statistics.median(ratios):6.2f} x  at most 2")


def written() -> None:
    """One traced step of 784-128-10 to a file, in a process of its own: how much memory at most."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "large.yaml"), Path(folder, "large.json")
        source.write_text(large_text(), encoding="utf-8")
        code = (
            "import resource, sys; from backprop_trace.cli import main\n"
            f"sys.argv = ['backprop-trace', 'show', {str(source)!r}, '-f', 'json', '-o', {str(target)!r}]\n"
            "try: main()\n"
            "except SystemExit as ended: assert not ended.code\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
        )
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds, size = time.perf_counter() - start, target.stat().st_size // 1_000_000
    memory = done.stdout.strip()
    print(f"784-128-10, one traced step to a file: {memory} MB of memory at most, {size} MB written, {seconds:.0f} s")


if __name__ == "__main__":
    xor()
    large()
    written()
