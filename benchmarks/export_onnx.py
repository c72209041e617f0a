"""Writes the trained encoder in ONNX, its weights in eight bits."""

from __future__ import annotations

from pathlib import Path

import minilm
import numpy as np
import torch


def export(net: minilm.Net, path: Path, work: Path) -> None:
    """Write ``net`` in ONNX, weights and word vectors in eight bits; it computes in floats, row by row the same."""
    import onnx  # noqa: PLC0415

    plain = work / "encoder-float.onnx"
    example = torch.tensor([[101, 1045, 4067, minilm.MASK_PIECE, 102], [101, minilm.MASK_PIECE, 2015, 102, 0]])
    torch.onnx.export(
        net.eval(), (example,), str(plain), input_names=["ids"], output_names=["logits"], opset_version=17,
        dynamic_axes={"ids": {0: "rows", 1: "pieces"}, "logits": {0: "rows"}}, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(plain))
    graph, nodes = model.graph, []
    for weights in list(graph.initializer):
        numbers = onnx.numpy_helper.to_array(weights)
        if numbers.ndim == 2 and numbers.size > 60_000:
            users = [node for node in graph.node if weights.name in node.input]
            gathered = users[0].op_type == "Gather"
            nodes += _in_eight_bits(onnx, graph, weights, numbers, users[0] if gathered else None)
    ordered = [new for name, new in nodes if not name]
    for node in graph.node:
        ordered += [*(new for name, new in nodes if name == node.name), node]
    ordered = [onnx.NodeProto.FromString(node.SerializeToString()) for node in ordered]
    del graph.node[:]
    graph.node.extend(ordered)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _in_eight_bits(onnx, graph, weights, numbers: np.ndarray, gather) -> list[tuple[str, object]]:
    """Replace an initializer by its eight bits; return the nodes to be put before a node (by name), or first of all."""
    name, axis = weights.name, 0 if gather is not None else 1
    scale = np.maximum(np.abs(numbers).max(axis=1 - axis), 1e-8) / 127
    small = np.round(numbers / (scale[:, None] if axis == 0 else scale[None, :])).astype(np.int8)
    graph.initializer.remove(weights)
    make, put = onnx.helper.make_node, onnx.numpy_helper.from_array
    graph.initializer.append(put(small, f"{name}.small"))
    if gather is None:
        graph.initializer.extend(
            [put(scale.astype(np.float32), f"{name}.scale"), put(np.zeros_like(scale, np.int8), f"{name}.zero")]
        )
        return [("", make("DequantizeLinear", [f"{name}.small", f"{name}.scale", f"{name}.zero"], [name], axis=1))]
    graph.initializer.append(put(scale.astype(np.float32)[:, None], f"{name}.scale"))
    output, index = gather.output[0], gather.input[1]
    before = [
        make("Gather", [f"{name}.small", index], [f"{name}.rows"]),
        make("Cast", [f"{name}.rows"], [f"{name}.floats"], to=onnx.TensorProto.FLOAT),
        make("Gather", [f"{name}.scale", index], [f"{name}.scales"]),
    ]
    gather.op_type = "Mul"
    del gather.attribute[:], gather.input[:]
    gather.input.extend([f"{name}.floats", f"{name}.scales"])
    assert gather.output[0] == output
    return [(gather.name, node) for node in before]
