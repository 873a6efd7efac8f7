#!/usr/bin/env python3
"""Reference values of the metrics of core/evaluate: writes metric_golden.txt beside this file.

The formulas are written out here with numpy and scipy, independent of the C++ code; the test sounds are made by the same
formula in both languages (sound() below and in tests/core/evaluate/tst_metrics.cpp), so no sound file is stored.
Run: python3 make_metric_golden.py
"""
import pathlib

import numpy as np
import scipy.fft
import scipy.linalg
import scipy.signal

RATE = 16000
LENGTH = 4 * RATE


class Lcg:
    """Numerical Recipes' 32-bit linear congruential generator."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state >> 8

    def uniform(self):
        return self.next() / 2**24


def notes(seed):
    """[(start, end, pitch)]: one or two notes every half second."""
    random, out = Lcg(seed), []
    for i in range(8):
        start = 0.5 * i
        pitch = 50 + random.next() % 30
        out.append((start, start + 0.45, pitch))
        if random.next() % 3 == 0:
            out.append((start, start + 0.45, pitch - 5))
    return out


def sound(seed, partials, slope, decay, attack, noise):
    """Decaying harmonics of notes(seed) over a little noise."""
    random = Lcg(seed + 77)
    y = np.array([noise * (2 * random.uniform() - 1) for _ in range(LENGTH)])
    for start, _, pitch in notes(seed):
        first = int(round(start * RATE))
        t = np.arange(min(LENGTH - first, int(0.9 * RATE))) / RATE
        f0 = 440.0 * 2 ** ((pitch - 69) / 12)
        for m in range(1, partials + 1):
            if f0 * m < 7800:
                shape = np.exp(-decay * np.sqrt(m) * t) * np.minimum(1, t / attack)
                y[first:first + len(t)] += 0.1 * m**-slope * shape * np.sin(2 * np.pi * f0 * m * t)
    return y


def mel_filterbank(n_fft, bands):
    mel = lambda f: np.where(f >= 1000, 15 + np.log(np.maximum(f, 1e-9) / 1000) / (np.log(6.4) / 27), f * 3 / 200)
    hz = lambda m: np.where(m >= 15, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)), m * 200 / 3)
    edges = hz(np.linspace(0, float(mel(np.array(RATE / 2))), bands + 2))
    f = np.linspace(0, RATE / 2, n_fft // 2 + 1)
    rows = []
    for low, center, high in zip(edges, edges[1:], edges[2:]):
        triangle = np.minimum((f - low) / (center - low), (high - f) / (high - center))
        rows.append(np.maximum(0, triangle) * 2 / (high - low))
    return np.array(rows)


def normalise(x):
    return x / (np.sqrt(np.mean(x**2)) + 1e-12)


def stft(x, n, hop, mode="reflect"):
    """[frame][bin], frame t centred at t * hop."""
    x = np.pad(x, n // 2, mode=mode)
    frames = np.arange(n)[None] + hop * np.arange(1 + (len(x) - n) // hop)[:, None]
    return np.fft.rfft(x[frames] * scipy.signal.get_window("hann", n), axis=1)


def mel_db(x):
    d = 10 * np.log10(np.maximum(mel_filterbank(2048, 128) @ (np.abs(stft(normalise(x), 2048, 512)) ** 2).T, 1e-10))
    return np.maximum(d, d.max() - 80)


def log_mel(x):
    return np.log(np.maximum(mel_filterbank(1024, 80) @ np.abs(stft(normalise(x), 1024, 256)).T, 1e-5))


def cepstra(x):
    return scipy.fft.dct(log_mel(x), type=2, axis=0, norm="ortho")


def lsd(a, b):
    return np.mean(np.sqrt(np.mean((mel_db(a) - mel_db(b)) ** 2, axis=1)))


def lsd_frame(a, b):
    return np.mean(np.sqrt(np.mean((mel_db(a) - mel_db(b)) ** 2, axis=0)))


def mel_l1(a, b):
    return np.mean(np.abs(log_mel(a) - log_mel(b)))


def mcd(a, b):
    d = cepstra(a)[1:14] - cepstra(b)[1:14]
    return 10 / np.log(10) * np.mean(np.sqrt(2 * np.sum(d**2, axis=0))) / np.sqrt(40)


def timbre(a, b):
    u, v = cepstra(a)[1:13].mean(1), cepstra(b)[1:13].mean(1)
    return 1 - u @ v / np.linalg.norm(u) / np.linalg.norm(v)


# --- notes ----------------------------------------------------------------------------------------------------------
NOTES = np.arange(33, 97)


def partial_bins(note):
    """[(bins, weight)] of the partials of a MIDI note in a 4096-point spectrum."""
    out = []
    for m in range(1, 11):
        center = 440 * 2 ** ((note - 69) / 12) * m * 4096 / RATE
        if center >= 2048 - 6:
            break
        width = int(np.clip(np.round(0.012 * center), 1, 4))
        middle = int(np.round(center))
        out.append((np.arange(middle - width, middle + width + 1), 0.86 ** (m - 1)))
    return out


PARTIALS = [partial_bins(n) for n in NOTES]


def saliences(y):
    return np.array([sum(w * y[k].max() for k, w in p) for p in PARTIALS])


def cancel(y, note):
    y[np.unique(np.concatenate([k for k, _ in PARTIALS[note]]))] *= 0.1


def whitening(magnitudes):
    bins = np.arange(len(magnitudes))
    width = np.maximum(3, (bins * 0.25).astype(int))
    total = np.concatenate([[0], np.cumsum(magnitudes**2)])
    low, high = np.maximum(0, bins - width), np.minimum(len(bins), bins + width + 1)
    return (np.sqrt((total[high] - total[low]) / (high - low)) + 1e-3) ** -0.6


def take_notes(y, rounds, stop, least=0.0):
    found, first = [], None
    for _ in range(rounds):
        s = saliences(y)
        j = int(s.argmax())
        if first is None:
            first = s[j]
            if first < least:
                return []
        if s[j] < stop * first:
            break
        found.append(int(NOTES[j]))
        cancel(y, j)
    return found


def track(x):
    magnitudes = np.abs(stft(normalise(x), 4096, 800))
    level = 10 * np.log10(np.mean(magnitudes**2, axis=1) + 1e-12)
    return [set(take_notes(m * whitening(m), 5, 0.45)) if e > level.max() - 45 else set()
            for m, e in zip(magnitudes, level)]


def jaccard(p, q):
    return np.mean([1 - len(a & b) / len(a | b) if a | b else 0 for a, b in zip(p, q)])


def phrase_sets(seed, frames):
    return [{p for a, e, p in notes(seed) if a <= 0.05 * t < e} for t in range(frames)]


def onsets(x):
    x = normalise(x)
    end = len(x) / RATE
    x = np.concatenate([np.zeros(3200), x])
    level = np.log1p(16 * np.abs(stft(x, 1024, 160, "constant")) @ mel_filterbank(1024, 80).T)
    widest = level.copy()
    widest[:, 1:] = np.maximum(widest[:, 1:], level[:, :-1])
    widest[:, :-1] = np.maximum(widest[:, :-1], level[:, 1:])
    flux = np.zeros(len(level))
    flux[4:] = np.maximum(0, level[4:] - widest[:-4]).mean(1)
    out, last = [], -5
    padded = np.pad(x, 4096)
    window = scipy.signal.get_window("hann", 4096)
    frame = lambda c: np.abs(np.fft.rfft(padded[c + 4096 - 2048:c + 4096 + 2048] * window))
    for t in range(len(flux)):
        around = lambda r: flux[max(0, t - r):t + r + 1]
        if t - last < 5 or flux[t] < around(4).max() or flux[t] <= np.median(around(15)) + 0.05:
            continue
        start = t
        while start > 0 and flux[start - 1] >= 0.5 * flux[t]:
            start -= 1
        last = t
        time = (start * 160 - 3200) / RATE
        if time >= end - 0.08:
            break
        before, after = frame(start * 160 - 960), frame(start * 160 + 1600)
        white = whitening(after)
        whole = saliences(after * white).max()
        out += [(time, n) for n in take_notes(np.maximum(0, after - before) * white, 4, 0.45, 0.3 * whole)]
    return out


def onset_f1(found, wanted, tolerance=0.05):
    used, hits = set(), 0
    for t, p in wanted:
        near = [(abs(f[0] - t), i) for i, f in enumerate(found) if i not in used and f[1] == p and abs(f[0] - t) <= tolerance]
        if near:
            used.add(min(near)[1])
            hits += 1
    return 2 * hits / (len(found) + len(wanted))


# --- guards, embeddings, filters ------------------------------------------------------------------------------------
def flux(x):
    return np.maximum(0, np.diff(log_mel(x), axis=1)).mean()


def high_band(x):
    p = (np.abs(stft(normalise(x), 2048, 512)) ** 2).sum(0)
    return p[512:].sum() / p.sum()


def attack_slope(x, seed):
    x = normalise(x)
    power = np.concatenate([np.zeros(80), x**2, np.zeros(80)])
    level = np.array([10 * np.log10(power[c:c + 160].sum() / 160 + 1e-12) for c in range(0, len(x), 80)])
    level = np.maximum(level, level.max() - 60)
    slopes = []
    for start in sorted({a for a, _, _ in notes(seed)}):
        first = max(0, round((start - 0.03) / 0.005))
        last = min(len(level) - 5, round((start + 0.12) / 0.005) - 4)
        if last >= first:
            slopes.append(max(0, max(level[t + 4] - level[t] for t in range(first, last + 1))) / 0.02)
    return np.mean(slopes)


def embeddings(x):
    c = cepstra(x)[1:21]
    windows = [c[:, i:i + 62] for i in range(0, c.shape[1] - 61, 31)]
    return np.array([np.concatenate([w.mean(1), w.std(1)]) for w in windows])


def frechet(e, f):
    ca, cb = (np.cov(z.T) + 1e-6 * np.eye(z.shape[1]) for z in (e, f))
    root = np.real(scipy.linalg.sqrtm(ca @ cb))
    return np.sum((e.mean(0) - f.mean(0)) ** 2) + np.trace(ca + cb - 2 * root)


def lda_scores(groups, windows):
    total = sum(len(g) for g in groups)
    mu = np.array([g.mean(0) for g in groups])
    pooled = sum(np.cov(g.T) * len(g) for g in groups) / total
    pooled += np.eye(len(pooled)) * np.trace(pooled) / len(pooled) * 1e-2
    inverse = np.linalg.inv(pooled)
    return (windows @ inverse @ mu.T - 0.5 * np.einsum("kd,de,ke->k", mu, inverse, mu)).mean(0)


def cloud(seed, count, shift):
    """[count][40] numbers about `shift`, correlated between neighbours."""
    random, out = Lcg(seed), np.zeros((count, 40))
    for w in range(count):
        last = 0.0
        for i in range(40):
            last = 0.5 * last + random.uniform() - 0.5
            out[w, i] = shift * (i % 3) + last * (1 + 0.1 * i)
    return out


def eq_match(content, style):
    n, hop = 2048, 512
    c, s = stft(normalise(content), n, hop), stft(normalise(style), n, hop)
    average = lambda z: np.log(np.mean(np.abs(z) ** 2, axis=0) + 1e-8) / 2
    cepstrum = np.fft.irfft(average(s) - average(c))
    cepstrum[30:-30] = 0
    gain = np.clip(np.real(np.fft.rfft(cepstrum)), -4, 4)
    window = scipy.signal.get_window("hann", n)
    frames = np.fft.irfft(c * np.exp(gain), n, axis=1) * window
    length = n + hop * (len(c) - 1)
    y, weight = np.zeros(length), np.zeros(length)
    for t, frame in enumerate(frames):
        y[t * hop:t * hop + n] += frame
        weight[t * hop:t * hop + n] += window**2
    y = (y / np.maximum(weight, 1e-8))[n // 2:length - n // 2]
    return y * np.sqrt(np.mean(content**2)) / np.sqrt(np.mean(y**2))


def main():
    target = sound(7, 12, 0.8, 3.0, 0.004, 2e-3)
    output = sound(7, 9, 1.3, 5.0, 0.02, 2e-3)
    style = sound(11, 12, 0.8, 3.0, 0.004, 2e-3)
    wanted = [(a, p) for a, _, p in notes(7)]
    notes_t, notes_o, notes_s = track(target), track(output), track(style)
    equalised = eq_match(output, style)
    e = embeddings(target)
    lines = {
        "lsd": lsd(output, target), "lsd_frame": lsd_frame(output, target), "mel_l1": mel_l1(output, target),
        "mcd": mcd(output, target), "timbre": timbre(output, target), "lsd_style": lsd(style, target),
        "jaccard": jaccard(notes_o, notes_t), "jaccard_style": jaccard(notes_s, notes_t),
        "jaccard_phrase": jaccard(notes_t, phrase_sets(7, len(notes_t))),
        "notes_found": sum(len(s) for s in notes_t), "onsets_found": len(onsets(target)),
        "onset_time_sum": sum(t for t, _ in onsets(target)), "onset_pitch_sum": sum(p for _, p in onsets(target)),
        "onset_f1": onset_f1(onsets(target), wanted), "onset_f1_output": onset_f1(onsets(output), wanted),
        "onset_f1_style": onset_f1(onsets(style), wanted),
        "flux_ratio": flux(output) / flux(target), "high_band_ratio": high_band(output) / high_band(target),
        "attack_target": attack_slope(target, 7), "attack_output": attack_slope(output, 7),
        "embedding_windows": len(e), "embedding_first": e[0, 0], "embedding_sum": e.sum(), "embedding_spread": e[:, 20:].sum(),
        "frechet": frechet(cloud(1, 120, 0.0), cloud(2, 150, 0.3)),
        "eq_lsd": lsd(equalised, target), "eq_mcd": mcd(equalised, target), "eq_sample_20000": equalised[20000],
        "eq_peak": np.abs(equalised).max(),
    }
    for k, v in enumerate(lda_scores([cloud(1, 50, 0.0), cloud(2, 60, 0.2), cloud(3, 40, -0.3)], cloud(4, 9, 0.15))):
        lines[f"lda_{k}"] = v
    path = pathlib.Path(__file__).with_name("metric_golden.txt")
    path.write_text("".join(f"{name} {float(value)!r}\n" for name, value in lines.items()))


if __name__ == "__main__":
    main()
