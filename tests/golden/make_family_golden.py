#!/usr/bin/env python3
"""Reference outputs of the adversarial families' networks, from PyTorch's own layers with weights cos(arange).

Run:  python3 make_family_golden.py > families/networks.txt      (needs torch; nothing else)

Format, one case after another:
  case NAME
  state KEY SIZES            sorted by key: the names that published weights have
  output NAME SIZES : VALUES at most 48 values, evenly spaced over the flattened tensor, then their index step
Weights: 0.2 cos(k) over the flattened tensor, weight_g 1.5 more; spectral u and v: unit vectors along cos(k); BatchNorm statistics: defaults.
Inputs: sin(0.37 k) over the flattened tensor.
"""
import torch
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm
import warnings

warnings.filterwarnings("ignore")


def wave(*sizes):
    n = 1
    for s in sizes:
        n *= s
    return torch.sin(0.37 * torch.arange(n, dtype=torch.float64)).float().reshape(sizes)


def fill(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            start = 1.5 if name.endswith("weight_g") else 0.0
            p.copy_((start + 0.2 * torch.cos(torch.arange(p.numel(), dtype=torch.float64))).float().reshape(p.shape))
        for name, b in module.named_buffers():
            if name.endswith("weight_u") or name.endswith("weight_v"):
                v = torch.cos(torch.arange(b.numel(), dtype=torch.float64))
                b.copy_((v / v.norm()).float())
    return module


def sizes(t):
    return "x".join(str(s) for s in t.shape) if t.dim() else "1"


def show(name, t):
    flat = t.detach().reshape(-1)
    step = max(1, flat.numel() // 48)
    print("output", name, sizes(t), step, ":", " ".join("%.8g" % v for v in flat[::step][:48].tolist()))


def case(name, module):
    print("case", name)
    for key, value in sorted(module.state_dict().items()):
        print("state", key, sizes(value))


def single_layers():
    for name, layer, x in (
        ("spectral_conv", spectral_norm(nn.Conv2d(3, 4, 3, 2, 1)), wave(2, 3, 6, 5)),
        ("spectral_transposed", spectral_norm(nn.ConvTranspose2d(3, 4, 4, 2, 1)), wave(2, 3, 3, 5)),
        ("weight_conv", weight_norm(nn.Conv1d(4, 6, 5, stride=2, padding=2, groups=2)), wave(2, 4, 9)),
        ("weight_transposed", weight_norm(nn.ConvTranspose1d(4, 6, 4, stride=2, padding=1)), wave(2, 4, 5)),
    ):
        fill(layer).train()
        case(name, layer)
        show("first", layer(x))
        show("second", layer(x))
        if hasattr(layer, "weight_u"):
            show("u", layer.weight_u)
            show("v", layer.weight_v)
        layer.eval()
        show("eval", layer(x))


class Block(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.conv(x)


class PatchCritic(nn.Module):
    def __init__(self, cin, f, batch):
        super().__init__()
        self.initial = nn.Sequential(nn.Conv2d(cin, f, 4, 2, 1, padding_mode="reflect"), nn.LeakyReLU(0.2))
        layers, width = [], f
        for i, stride in ((2, 2), (4, 2), (8, 1)):
            norm = nn.BatchNorm2d(f * i) if batch else nn.InstanceNorm2d(f * i)
            layers.append(Block(nn.Conv2d(width, f * i, 4, stride, 1, bias=not batch, padding_mode="reflect"), norm, nn.LeakyReLU(0.2)))
            width = f * i
        layers.append(nn.Conv2d(width, 1, 4, 1, 1, padding_mode="reflect"))
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(self.initial(x))


class ResidualBlock(nn.Module):
    def __init__(self, w):
        super().__init__()
        c = lambda: nn.Conv2d(w, w, 3, 1, 1, padding_mode="reflect")
        self.block = nn.Sequential(Block(c(), nn.InstanceNorm2d(w), nn.ReLU()), Block(c(), nn.InstanceNorm2d(w)))

    def forward(self, x):
        return x + self.block(x)


class ResnetGenerator(nn.Module):
    def __init__(self, f, blocks):
        super().__init__()
        r = dict(padding_mode="reflect")
        self.initial = nn.Sequential(nn.Conv2d(1, f, 7, 1, 3, **r), nn.InstanceNorm2d(f), nn.ReLU())
        self.down_blocks = nn.ModuleList([Block(nn.Conv2d(w, 2 * w, 3, 2, 1, **r), nn.InstanceNorm2d(2 * w), nn.ReLU()) for w in (f, 2 * f)])
        self.res_blocks = nn.Sequential(*[ResidualBlock(4 * f) for _ in range(blocks)])
        self.up_blocks = nn.ModuleList([Block(nn.ConvTranspose2d(w, w // 2, 3, 2, 1, 1), nn.InstanceNorm2d(w // 2), nn.ReLU()) for w in (4 * f, 2 * f)])
        self.last = nn.Conv2d(f, 1, 7, 1, 3, **r)

    def forward(self, x):
        x = self.initial(x)
        for b in self.down_blocks:
            x = b(x)
        x = self.res_blocks(x)
        for b in self.up_blocks:
            x = b(x)
        return torch.tanh(self.last(x))


class Unet(nn.Module):
    def __init__(self, f, depth):
        super().__init__()
        w = [min(f << i, 8 * f) for i in range(depth)]
        self.depth = depth
        self.initial_down = nn.Sequential(nn.Conv2d(1, f, 4, 2, 1, padding_mode="reflect"), nn.LeakyReLU(0.2))
        for i in range(1, depth):
            setattr(self, "down%d" % i, Block(nn.Conv2d(w[i - 1], w[i], 4, 2, 1, bias=False, padding_mode="reflect"), nn.BatchNorm2d(w[i]), nn.LeakyReLU(0.2)))
        self.bottleneck = nn.Sequential(nn.Conv2d(w[-1], w[-1], 3, 1, 1), nn.ReLU())
        frm = w[-1]
        for i in range(depth - 1, 0, -1):
            setattr(self, "up%d" % (depth - i), Block(nn.ConvTranspose2d(frm + w[i], w[i - 1], 4, 2, 1, bias=False), nn.BatchNorm2d(w[i - 1]), nn.ReLU()))
            frm = w[i - 1]
        self.final_up = nn.Sequential(nn.ConvTranspose2d(frm + f, 1, 4, 2, 1), nn.Tanh())

    def forward(self, x):
        levels = [self.initial_down(x)]
        for i in range(1, self.depth):
            levels.append(getattr(self, "down%d" % i)(levels[-1]))
        y = self.bottleneck(levels[-1])
        for i in range(self.depth - 1, 0, -1):
            y = getattr(self, "up%d" % (self.depth - i))(torch.cat([y, levels[i]], 1))
        return self.final_up(torch.cat([y, levels[0]], 1))


class Level(nn.Module):
    def __init__(self, outermost, *layers):
        super().__init__()
        self.outermost = outermost
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class TravelGenerator(nn.Module):
    def __init__(self, f, levels):
        super().__init__()
        w = [min(f << i, 8 * f) for i in range(levels)]
        sn = spectral_norm
        down = lambda a, b: sn(nn.Conv2d(a, b, 4, 2, 1, bias=False))
        up = lambda a, b, bias=False: sn(nn.ConvTranspose2d(a, b, 4, 2, 1, bias=bias))
        below = Level(False, nn.LeakyReLU(0.2), down(w[-2], w[-1]), nn.ReLU(), up(w[-1], w[-2]), nn.BatchNorm2d(w[-2]))
        for i in range(levels - 2, 0, -1):
            below = Level(False, nn.LeakyReLU(0.2), down(w[i - 1], w[i]), nn.BatchNorm2d(w[i]), below, nn.ReLU(), up(2 * w[i], w[i - 1]), nn.BatchNorm2d(w[i - 1]))
        self.model = Level(True, down(1, f), below, nn.ReLU(), up(2 * f, 1, True), nn.Tanh())

    def forward(self, x):
        return self.model(x)


class Trunk(nn.Module):
    def __init__(self, f, out, norm):
        super().__init__()
        sn = spectral_norm
        layers, w = [sn(nn.Conv2d(1, f, 4, 2, 1)), nn.LeakyReLU(0.2)], f
        for i in (2, 4):
            layers.append(sn(nn.Conv2d(w, f * i, 4, 2, 1, bias=False)))
            if norm:
                layers.append(nn.BatchNorm2d(f * i))
            layers.append(nn.LeakyReLU(0.2))
            w = f * i
        layers.append(sn(nn.Conv2d(w, out, 4, 1, 0)))
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


class Residual(nn.Module):
    def __init__(self, w, d):
        super().__init__()
        wn = lambda *a, **k: weight_norm(nn.Conv1d(*a, **k))
        self.block = nn.Sequential(nn.LeakyReLU(0.2), nn.ReflectionPad1d(d), wn(w, w, 3, dilation=d), nn.LeakyReLU(0.2), wn(w, w, 1))
        self.shortcut = wn(w, w, 1)

    def forward(self, x):
        return self.shortcut(x) + self.block(x)


class MelGenerator(nn.Module):
    def __init__(self, bands, f, ratios, residual):
        super().__init__()
        w = f * 2 ** len(ratios)
        layers = [nn.ReflectionPad1d(3), weight_norm(nn.Conv1d(bands, w, 7))]
        for r in ratios:
            layers += [nn.LeakyReLU(0.2), weight_norm(nn.ConvTranspose1d(w, w // 2, 2 * r, r, r // 2 + r % 2, r % 2))]
            w //= 2
            layers += [Residual(w, 3 ** i) for i in range(residual)]
        layers += [nn.LeakyReLU(0.2), nn.ReflectionPad1d(3), weight_norm(nn.Conv1d(w, 1, 7)), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


class MelScale(nn.Module):
    def __init__(self, f):
        super().__init__()
        wn = lambda *a, **k: weight_norm(nn.Conv1d(*a, **k))
        m = nn.ModuleDict()
        m["layer_0"] = nn.Sequential(nn.ReflectionPad1d(7), wn(1, f, 15), nn.LeakyReLU(0.2))
        w = f
        for i in range(1, 5):
            n = min(4 * w, 64 * f)
            m["layer_%d" % i] = nn.Sequential(wn(w, n, 41, stride=4, padding=20, groups=w // 4), nn.LeakyReLU(0.2))
            w = n
        n = min(2 * w, 64 * f)
        m["layer_5"] = nn.Sequential(wn(w, n, 5, padding=2), nn.LeakyReLU(0.2))
        m["layer_6"] = wn(n, 1, 3, padding=1)
        self.model = m

    def forward(self, x):
        maps = []
        for layer in self.model.values():
            x = layer(x)
            maps.append(x)
        return maps


class MelCritic(nn.Module):
    def __init__(self, f, scales):
        super().__init__()
        self.model = nn.ModuleDict({"disc_%d" % k: MelScale(f) for k in range(scales)})
        self.pool = nn.AvgPool1d(4, 2, 1, count_include_pad=False)

    def forward(self, x):
        out = []
        for disc in self.model.values():
            out.append(disc(x))
            x = self.pool(x)
        return out


def main():
    torch.manual_seed(0)
    single_layers()
    for name, net, x in (
        ("patch_critic_instance", PatchCritic(1, 4, False), wave(2, 1, 32, 48)),
        ("patch_critic_batch", PatchCritic(2, 4, True), wave(2, 2, 32, 48)),
        ("resnet_generator", ResnetGenerator(4, 2), wave(2, 1, 16, 24)),
        ("unet_generator", Unet(4, 3), wave(2, 1, 16, 24)),
        ("travel_generator", TravelGenerator(4, 4), wave(2, 1, 32, 32)),
        ("travel_critic", Trunk(4, 1, True), wave(2, 1, 32, 32)),
        ("travel_siamese", Trunk(4, 6, False), wave(3, 1, 32, 32)),
        ("melgan_generator", MelGenerator(8, 4, (4, 2), 2), wave(2, 8, 10)),
    ):
        fill(net).train()
        case(name, net)
        show("train", net(x))
        net.eval()
        show("eval", net(x))
    critic = fill(MelCritic(4, 2)).train()
    case("melgan_critic", critic)
    for k, maps in enumerate(critic(wave(2, 1, 1024))):
        for i, m in enumerate(maps):
            show("scale%d_layer%d" % (k, i), m)
    print("case losses")
    a, b = wave(4, 3, 2, 2), torch.cos(0.21 * torch.arange(48, dtype=torch.float64)).float().reshape(4, 3, 2, 2)
    i, j = torch.triu_indices(4, 4, 1)
    v, w = a[i] - a[j], b[i] - b[j]
    show("travel", (v - w).pow(2).mean() - torch.cosine_similarity(v, w, 1).mean())
    show("margin", torch.relu(1.5 - v.norm(dim=1)).mean())


main()
