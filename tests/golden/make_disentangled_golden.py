#!/usr/bin/env python3
"""Reference outputs of the disentangled family: layers and losses by PyTorch, features by librosa, an archive by NumPy.

Run:  python3 make_disentangled_golden.py   (needs torch, numpy, librosa; writes disentangled/)

networks.txt, losses.txt: as make_family_golden.py describes (weights 0.2 cos(k), inputs sin(0.37 k)).
statistics.npz: numpy.savez of stft_mean, stft_std [2, 513], cqt_mean, cqt_std [2, 84], each sin(0.37 k) (deviations: absolute).
statistics.txt: what the statistics of two clips are, by the formulas alone.
features.txt: STFT and constant-Q of audio/signal.i16, 48 spread values each.
"""
import contextlib
import io
import os
import sys

import librosa
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

with contextlib.redirect_stdout(io.StringIO()):  # it prints its own numbers when it is read
    from make_family_golden import case, fill, show, wave

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disentangled")


def positions(n, d):
    pe = torch.zeros(n, d)
    place = torch.arange(n, dtype=torch.float64).unsqueeze(1)
    rate = torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-np.log(10000.0) / d))
    pe[:, 0::2] = torch.sin(place * rate).float()
    pe[:, 1::2] = torch.cos(place * rate).float()
    return pe


class Halving(nn.Module):
    def __init__(self, a, b, instance):
        super().__init__()
        norm = (lambda: nn.InstanceNorm2d(b, affine=True)) if instance else (lambda: nn.BatchNorm2d(b))
        self.conv1 = spectral_norm(nn.Conv2d(a, b, 3, 2, 1))
        self.norm1 = norm()
        self.conv2 = spectral_norm(nn.Conv2d(b, b, 3, 1, 1))
        self.norm2 = norm()
        self.shortcut = spectral_norm(nn.Conv2d(a, b, 1, 2))
        self.shortcut_norm = nn.InstanceNorm2d(b, affine=True)

    def forward(self, x):
        y = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(y + self.shortcut_norm(self.shortcut(x)))


class Sections(nn.Module):
    def __init__(self, f, blocks, e, instance):
        super().__init__()
        w = [2] + [f * min(16, 2 ** i) for i in range(blocks)]
        self.blocks = nn.ModuleList([Halving(w[i], w[i + 1], instance) for i in range(blocks)])
        self.project = nn.Linear(w[-1], e)

    def forward(self, x):
        b, s = x.shape[:2]
        y = x.flatten(0, 1)
        for block in self.blocks:
            y = block(y)
        y = F.adaptive_avg_pool2d(F.adaptive_avg_pool2d(y, (2, 5)), (1, 1)).flatten(1)
        return self.project(y).reshape(b, s, -1)


def layers(kind, e, heads, n, ff, **more):
    return nn.ModuleList([kind(e, heads, ff, 0.0, batch_first=True, **more) for _ in range(n)])


class Style(nn.Module):
    def __init__(self, f, blocks, e, heads, n, ff):
        super().__init__()
        self.cnn = Sections(f, blocks, e, False)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, e))
        self.norm = nn.LayerNorm(e)
        self.layers = layers(nn.TransformerEncoderLayer, e, heads, n, ff)

    def forward(self, x):
        y = self.cnn(x)
        y = torch.cat([self.cls_token.expand(y.shape[0], 1, -1), y], 1)
        y = self.norm(y + positions(y.shape[1], y.shape[2]))
        for layer in self.layers:
            y = layer(y)
        return y[:, 0]


class Content(nn.Module):
    def __init__(self, f, blocks, e, heads, n, ff):
        super().__init__()
        self.cnn = Sections(f, blocks, e, True)
        self.norm = nn.LayerNorm(e)
        self.layers = layers(nn.TransformerEncoderLayer, e, heads, n, ff)

    def forward(self, x):
        y = self.cnn(x)
        y = self.norm(y + positions(y.shape[1], y.shape[2]))
        for layer in self.layers:
            y = layer(y)
        return y


class LinearCodec(nn.Module):
    def __init__(self, window, bins, e):
        super().__init__()
        self.shape = (2, window, bins)
        self.encode = nn.Linear(2 * window * bins, e)
        self.decode = nn.Linear(e, 2 * window * bins)

    def into(self, x):
        return self.encode(x.flatten(2))

    def out(self, v):
        return self.decode(v).reshape(*v.shape[:2], *self.shape)


class CnnCodec(nn.Module):
    def __init__(self, window, bins, e):
        super().__init__()
        self.size = (window, bins)
        self.map = (min(32, -(-window * 32 // 287)), min(16, -(-bins * 16 // 513)))
        places = self.map[0] * self.map[1]
        sn = spectral_norm
        self.down = nn.Sequential(sn(nn.Conv2d(2, 16, 3, 1, 1)), nn.BatchNorm2d(16), nn.ReLU(), sn(nn.Conv2d(16, 32, 3, 2, 1)), nn.BatchNorm2d(32), nn.ReLU(),
                                  sn(nn.Conv2d(32, 64, 3, 2, 1)), nn.BatchNorm2d(64), nn.ReLU(), sn(nn.Conv2d(64, 64, 3, 2, 1)), nn.BatchNorm2d(64), nn.ReLU())
        self.squeeze = nn.Sequential(nn.Conv2d(64, 64, 3, 1, 1), nn.BatchNorm2d(64), nn.ReLU(), nn.Conv2d(64, 1, 1))
        self.encode = nn.Linear(places, e)
        self.decode = nn.Linear(e, places)
        up = lambda a, b: nn.ConvTranspose2d(a, b, 3, 2, 1, 1)
        self.up = nn.Sequential(up(1, 64), nn.BatchNorm2d(64), nn.ReLU(), up(64, 32), nn.BatchNorm2d(32), nn.ReLU(), up(32, 16), nn.BatchNorm2d(16), nn.ReLU(),
                                up(16, 8), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 2, 3, 1, 1))

    def into(self, x):
        b, s = x.shape[:2]
        y = F.adaptive_avg_pool2d(self.down(x.flatten(0, 1)), self.map)
        return self.encode(self.squeeze(y).flatten(1)).reshape(b, s, -1)

    def out(self, v):
        b, s = v.shape[:2]
        y = self.up(self.decode(v).reshape(b * s, 1, *self.map))
        return F.interpolate(y, size=self.size, mode="bilinear", align_corners=False).reshape(b, s, 2, *self.size)


class Decoder(nn.Module):
    def __init__(self, codec, e, heads, n, ff):
        super().__init__()
        self.codec = codec
        self.start_token = nn.Parameter(torch.zeros(1, 1, e))
        self.content_project = nn.Linear(e, e)
        self.style_project = nn.Linear(e, e)
        self.input_norm = nn.LayerNorm(e)
        self.output_norm = nn.LayerNorm(e)
        self.layers = layers(nn.TransformerDecoderLayer, e, heads, n, ff, norm_first=True)

    def forward(self, content, style, given):
        b, s, e = content.shape
        memory = torch.cat([self.content_project(content), self.style_project(style).unsqueeze(1).expand(b, s, e)], 1)
        x = torch.cat([self.start_token.expand(b, 1, e), self.codec.into(given[:, :-1])], 1)
        x = self.input_norm(x + positions(s, e))
        mask = nn.Transformer.generate_square_subsequent_mask(s)
        for layer in self.layers:
            x = layer(x, memory, tgt_mask=mask)
        return self.codec.out(self.output_norm(x))


def networks():
    size = dict(f=4, blocks=4, e=16, heads=4, n=2, ff=24)
    x = wave(2, 3, 2, 18, 37)
    for name, network in (("style", Style(**size)), ("content", Content(**size))):
        fill(network).train()
        case(name, network)
        show("train", network(x))
        network.eval()
        show("eval", network(x))
    e, window, bins = 16, 18, 33
    given, content, style = wave(2, 3, 2, window, bins), wave(2, 3, e) * 0.5, wave(2, e) + 0.25
    for name, codec in (("decoder_linear", LinearCodec(window, bins, e)), ("decoder_cnn", CnnCodec(window, bins, e))):
        network = Decoder(codec, e, 4, 2, 24)
        fill(network).train()
        case(name, network)
        show("train", network(content, style, given))
        network.eval()
        show("eval", network(content, style, given))


def losses():
    style, content = wave(6, 8), torch.cos(0.53 * torch.arange(48, dtype=torch.float64)).float().reshape(6, 8)
    labels = torch.tensor([0, 0, 0, 1, 1, 2])
    print("case losses")
    unit = F.normalize(style, dim=1)
    sim = unit @ unit.T / 0.1
    total, count = 0.0, 0
    for i in range(6):
        others = [j for j in range(6) if j != i]
        positive = [j for j in others if labels[j] == labels[i]]
        if positive:
            total += -sum(sim[i, p] - torch.logsumexp(sim[i, others], 0) for p in positive) / len(positive)
            count += 1
    show("contrast", (total / count).reshape(1))
    classes = torch.stack([style[labels == k].mean(0) for k in range(3)])
    show("classes", classes)
    apart = [torch.relu(2.0 - (classes[i] - classes[j]).norm()) ** 2 for i in range(3) for j in range(i + 1, 3)]
    show("margin", torch.stack(apart).mean().reshape(1))
    a, b = style - style.mean(0), content - content.mean(0)
    width = torch.pdist(torch.cat([a, b])).median()
    K, L = (torch.exp(-torch.cdist(v, v) ** 2 / (2 * width ** 2)) for v in (a, b))
    H = torch.eye(6) - 1 / 6
    show("independence", (torch.trace(K @ H @ L @ H) / 25).reshape(1))
    logits = wave(4, 3)
    p = torch.softmax(logits, 1)
    show("hiding", (np.log(3) + (p * p.log()).sum(1).mean()).reshape(1))
    made, truth = wave(2, 3, 2, 5, 7), torch.cos(0.53 * torch.arange(420, dtype=torch.float64)).float().reshape(2, 3, 2, 5, 7)
    show("mse", F.mse_loss(made, truth).reshape(1))
    size = lambda t: t.norm(dim=2)
    show("magnitude", F.mse_loss(size(made), size(truth)).reshape(1))
    angle = lambda t: torch.atan2(t[:, :, 1].double(), t[:, :, 0].double())
    wrapped = torch.remainder(angle(made) - angle(truth) + np.pi, 2 * np.pi) - np.pi
    show("phase", ((wrapped ** 2 * size(truth)).mean() / size(truth).mean()).reshape(1))
    for name, axis in (("section_steps", 1), ("frame_steps", 3), ("bin_steps", 4)):
        show(name, F.mse_loss(torch.diff(made, dim=axis), torch.diff(truth, dim=axis)).reshape(1))


def archive():
    line = lambda n: np.sin(0.37 * np.arange(2 * n)).astype(np.float32).reshape(2, n)
    np.savez(os.path.join(HERE, "statistics.npz"), stft_mean=line(513), stft_std=np.abs(line(513)), cqt_mean=line(84), cqt_std=np.abs(line(84)))


def statistics():
    clips = [np.sin(0.37 * np.arange(2 * 5 * n)).reshape(2, 5, n) * (i + 1) + i for i, n in ((0, 9), (1, 14))]
    print("case statistics")
    show("mean", torch.from_numpy(np.mean([c.mean(2) for c in clips], 0)))
    show("deviation", torch.from_numpy(np.sqrt(np.mean([c.var(2, ddof=1) for c in clips], 0))))


def features():
    y = np.fromfile(os.path.join(HERE, "..", "audio", "signal.i16"), np.int16).astype(np.float32) / 32768
    S = librosa.stft(y, n_fft=1024, hop_length=256, pad_mode="reflect")
    C = librosa.cqt(y, sr=22050, hop_length=256)
    print("case features")
    for name, x in (("stft", S), ("cqt", C)):
        t = torch.from_numpy(np.stack([x.real, x.imag]))
        show(name, t)
        show(name + "_peak", t.abs().max().reshape(1))


if __name__ == "__main__":
    for name, make in (("networks.txt", networks), ("losses.txt", losses), ("statistics.txt", statistics), ("features.txt", features)):
        with open(os.path.join(HERE, name), "w") as sys.stdout:
            make()
    sys.stdout = sys.__stdout__
    archive()
