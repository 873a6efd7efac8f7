#!/usr/bin/env python3
"""Writes tests/golden/weights: small torch.save files of both containers, hostile ones, and numbers of reference layers.

Needs PyTorch (with NumPy). Run in the repository root: python3 tests/golden/make_weights_golden.py
"""
import os
import pathlib
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

FOLDER = pathlib.Path("tests/golden/weights")
LEGACY = dict(_use_new_zipfile_serialization=False)


def cosine(shape, offset=0.0):
    return torch.cos(torch.arange(int(np.prod(shape)), dtype=torch.float64) + offset).reshape(shape)


def fill(module):
    """The same rule as fill() in the tests: the k-th parameter is a cosine of its index."""
    with torch.no_grad():
        for k, (name, p) in enumerate(module.named_parameters()):
            if p.dim() > 1:
                p.copy_(cosine(p.shape, k) * (2.0 / (p.numel() / p.shape[0])) ** 0.5)
            else:
                p.copy_(cosine(p.shape, k) * 0.1 + (1.0 if name.endswith("weight") else 0.0))
        for name, b in module.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(cosine(b.shape) * 0.1)
            if name.endswith("running_var"):
                b.copy_(cosine(b.shape) * 0.5 + 1)
    return module.eval()


lines = []


def note(name, tensor):
    """16 values spread over the tensor, then the mean of the absolute values."""
    flat = tensor.detach().double().flatten()
    picked = [flat[i * (len(flat) - 1) // 15].item() for i in range(16)] + [flat.abs().mean().item()]
    lines.append(name + " " + " ".join(f"{x:.9g}" for x in picked))


# --- layers of the report system, width 4, latent 4 -----------------------------------------------------------------
def conv(i, o, stride):
    return nn.Conv2d(i, o, 3, stride, 1)


W, L = 4, 4
encoder = fill(nn.Sequential(conv(1, W, 2), nn.BatchNorm2d(W), nn.ReLU(), conv(W, 2 * W, 2), nn.BatchNorm2d(2 * W), nn.ReLU(),
                             conv(2 * W, L, 2), nn.BatchNorm2d(L)))
decoder = fill(nn.Sequential(nn.ConvTranspose2d(L, 2 * W, 4, 2, 1), nn.BatchNorm2d(2 * W), nn.ReLU(),
                             nn.ConvTranspose2d(2 * W, W, 4, 2, 1), nn.BatchNorm2d(W), nn.ReLU(),
                             nn.ConvTranspose2d(W, 1, 4, 2, 1), nn.Tanh()))
style_layers = fill(nn.ModuleList([conv(1, W, 2), conv(W, 2 * W, 2), conv(2 * W, 4 * W, 2), conv(4 * W, 4 * W, 2),
                                   conv(4 * W, 4 * W, 2), conv(4 * W, 8 * W, 2)]))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        up = lambda i, o: nn.ConvTranspose2d(i, o, 3, 2, 1, 1)
        self.time1, self.time2 = nn.Linear(2 * W, 2 * W), nn.Linear(2 * W, 2 * W)
        self.enc1, self.enc2, self.enc3, self.enc4 = conv(L, W, 1), conv(W, 2 * W, 2), conv(2 * W, 4 * W, 2), conv(4 * W, 8 * W, 2)
        self.bottleneck = conv(8 * W, 8 * W, 1)
        self.dec4, self.dec3, self.dec2, self.dec1 = up(8 * W, 4 * W), up(4 * W, 2 * W), up(2 * W, W), conv(W, L, 1)
        self.attention3 = nn.MultiheadAttention(4 * W, 4, batch_first=True)
        self.attention4 = nn.MultiheadAttention(8 * W, 4, batch_first=True)

    def forward(self, z, t, s5, s6):
        tokens = lambda m: m.flatten(2).transpose(1, 2)
        attend = lambda layer, q, m: layer(tokens(q), tokens(m), tokens(m))[0].transpose(1, 2).reshape(q.shape)
        time = self.time2(nn.functional.gelu(self.time1(embedding(t, 2 * W))))[:, :, None, None]
        relu = torch.relu
        z1 = relu(self.enc1(z))
        z2 = relu(self.enc2(z1)) + time
        z3 = relu(self.enc3(z2))
        z4 = relu(self.enc4(attend(self.attention3, z3, s5)))
        u = relu(self.bottleneck(attend(self.attention4, z4, s6)))
        u = relu(self.dec4(u)) + z3
        u = relu(self.dec3(u)) + z2
        return self.dec1(relu(self.dec2(u)) + z1)


def embedding(t, dim):
    half = dim // 2
    f = torch.exp(-np.log(10000.0) * torch.arange(half).double() / (half - 1)).float()
    a = t.float()[:, None] * f[None]
    return torch.cat([a.sin(), a.cos()], 1)


def networks():
    picture = (0.5 + 0.5 * torch.cos(torch.arange(2 * 128 * 128).double() * 0.37)).float().reshape(2, 1, 128, 128)
    latent = encoder(picture)
    note("encoder", latent)
    note("decoder", (decoder(latent) + 1) / 2)
    maps = []
    m = picture
    for layer in style_layers:
        m = torch.relu(layer(m))
        maps.append(m)
    note("style.s5", maps[4])
    note("style.s6", maps[5])
    times = torch.tensor([3, 150])
    note("embedding", embedding(times, 128))
    note("unet", fill(UNet())(latent, times, maps[4], maps[5]))
    attention = fill(nn.MultiheadAttention(16, 4, batch_first=True))
    q, s = cosine((2, 16, 4, 4)).float(), cosine((2, 16, 2, 2), 5).float()
    out = attention(q.flatten(2).transpose(1, 2), s.flatten(2).transpose(1, 2), s.flatten(2).transpose(1, 2))[0]
    note("attention", out.transpose(1, 2).reshape(2, 16, 4, 4))


# --- feature networks, as weight files and numbers ------------------------------------------------------------------
def feature_networks():
    a = (0.5 + 0.5 * torch.cos(torch.arange(2 * 64 * 64).double() * 0.37)).float().reshape(2, 1, 64, 64)
    b = (0.5 + 0.5 * torch.cos(torch.arange(2 * 64 * 64).double() * 0.11 + 1)).float().reshape(2, 1, 64, 64)

    w = 2
    layers = []
    for item in [(1, w), "M", (w, 2 * w), "M", (2 * w, 4 * w), (4 * w, 4 * w), "M", (4 * w, 8 * w), (8 * w, 8 * w), "M"]:
        layers += [nn.MaxPool2d(2, 2)] if item == "M" else [nn.Conv2d(*item, 3, padding=1), nn.ReLU()]
    vggish = fill(nn.Sequential(*layers))
    state = OrderedDict(("features." + k, v) for k, v in vggish.state_dict().items())
    state["embeddings.0.weight"] = cosine((4, 12)).float()
    torch.save(state, FOLDER / "vggish_small_zip.pth")
    torch.save(state, FOLDER / "vggish_small_legacy.pth", **LEGACY)
    torch.save({k.replace("features", "features_network"): v for k, v in state.items()}, FOLDER / "vggish_small_other_names.pth")

    def vggish_maps(x):
        out = []
        for layer in vggish:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                out.append(x)
        return out

    def vggish_distance(x, y):
        unit = lambda m: m / (m.std(dim=(1, 2, 3), keepdim=True) + 1e-8)
        return sum(((unit(p) - unit(q)) ** 2).mean() for p, q in zip(vggish_maps(x), vggish_maps(y))) / 6

    for i, m in enumerate(vggish_maps(a)):
        note(f"vggish.map{i}", m)
    asked = a.clone().requires_grad_(True)
    distance = vggish_distance(asked, b)
    distance.backward()
    note("vggish.distance", distance.reshape(1))
    note("vggish.gradient", asked.grad)

    alex = fill(nn.Sequential(nn.Conv2d(3, w, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(w, 3 * w, 5, padding=2), nn.ReLU(),
                              nn.MaxPool2d(3, 2), nn.Conv2d(3 * w, 6 * w, 3, padding=1), nn.ReLU(), nn.Conv2d(6 * w, 4 * w, 3, padding=1),
                              nn.ReLU(), nn.Conv2d(4 * w, 4 * w, 3, padding=1), nn.ReLU()))

    class OldParameter:
        """A parameter as PyTorch pickled it up to 0.3, and so in the public AlexNet file."""

        def __init__(self, data):
            self.data = data

        def __reduce_ex__(self, protocol):
            return nn.parameter.Parameter, (self.data,), (True, False, OrderedDict())

    state = OrderedDict(("features." + k, v) for k, v in alex.named_parameters())
    torch.save(state, FOLDER / "alexnet_small.pth")
    torch.save(OrderedDict((k, OldParameter(v.data)) for k, v in state.items()), FOLDER / "alexnet_small_old.pth", **LEGACY)
    lins = OrderedDict((f"lin{i}.model.1.weight", (cosine((1, c, 1, 1), i).abs() * 0.3).float()) for i, c in enumerate([w, 3 * w, 6 * w, 4 * w, 4 * w]))
    torch.save(lins, FOLDER / "lpips_small.pth", **LEGACY)

    shift, scale = torch.tensor([-.030, -.088, -.188]).view(1, 3, 1, 1), torch.tensor([.458, .448, .450]).view(1, 3, 1, 1)

    def alex_maps(x):
        x, out = (2 * x - 1 - shift) / scale, []
        for layer in alex:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                out.append(x)
        return out

    def lpips_distance(x, y):
        unit = lambda m: m / ((m ** 2).sum(1, keepdim=True).sqrt() + 1e-10)
        parts = [(((unit(p) - unit(q)) ** 2) * l).sum(1).mean((1, 2)) for p, q, l in zip(alex_maps(x), alex_maps(y), lins.values())]
        return sum(parts).mean()

    for i, m in enumerate(alex_maps(a)):
        note(f"lpips.map{i}", m)
    note("lpips.distance", lpips_distance(a, b).reshape(1))


# --- containers -----------------------------------------------------------------------------------------------------
class Runs:
    def __reduce__(self):
        return os.system, ("touch luthier_was_here",)


def containers():
    base = cosine((4, 6)).float()
    kinds = OrderedDict(
        plain=base, turned=base.t(), part=base[1:3, 2:5], scalar=torch.tensor(2.5), empty=torch.zeros(0, 3),
        half=cosine((5,)).half(), bfloat=cosine((5,)).bfloat16(), double=cosine((5,)), long=torch.tensor([1, -2, 1 << 40]),
        integer=torch.tensor([7, -8], dtype=torch.int32), small=torch.tensor([1, -1], dtype=torch.int16),
        tiny=torch.tensor([-3, 3], dtype=torch.int8), byte=torch.tensor([0, 255], dtype=torch.uint8), flag=torch.tensor([True, False, True]))
    nested = {"state_dict": kinds, "epoch": 3, "note": "anything", "best": 0.25, "list": [torch.ones(2), None], 7: torch.zeros(1)}
    torch.save(nested, FOLDER / "kinds_zip.pth")
    torch.save(nested, FOLDER / "kinds_legacy.pth", **LEGACY)
    module = fill(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)))
    torch.save(module.state_dict(), FOLDER / "module_zip.pth")
    torch.save(module.state_dict(), FOLDER / "module_legacy.pth", **LEGACY)
    torch.save({"pca_eigen_vectors": np.cos(np.arange(12.0)).reshape(3, 4), "pca_means": np.asfortranarray(np.cos(np.arange(6.0)).reshape(2, 3)).astype(np.float32)},
               FOLDER / "numpy.pth")
    torch.save({"weight": Runs()}, FOLDER / "hostile_zip.pth")
    torch.save({"weight": Runs()}, FOLDER / "hostile_legacy.pth", **LEGACY)
    torch.save(module, FOLDER / "whole_module.pth")


# --- noise schedule -------------------------------------------------------------------------------------------------
def schedule():
    bar = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 200, dtype=torch.float64), 0)
    lines.append("alpha_bar " + " ".join(f"{bar[i].item():.12g}" for i in (0, 1, 50, 100, 150, 198, 199)))


FOLDER.mkdir(parents=True, exist_ok=True)
networks()
feature_networks()
containers()
schedule()
(FOLDER / "numbers.txt").write_text("\n".join(lines) + "\n")
