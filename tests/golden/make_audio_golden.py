#!/usr/bin/env python3
"""Writes tests/golden/audio: what librosa computes from one short signal, to hold audio/ against.

    python tests/golden/make_audio_golden.py        (librosa 0.11, numpy, scipy, soxr)

Files are raw little-endian float32 (int16 for the signal, uint8 for the picture), C order; index.txt lists name and shape.
"""
import pathlib

import librosa
import numpy as np

OUT = pathlib.Path(__file__).parent / "audio"
OUT.mkdir(exist_ok=True)
SR = 22050
INDEX = []


def save(name, array, kind="<f4"):
    array = np.ascontiguousarray(array)
    array.astype(kind).tofile(OUT / name)
    INDEX.append(f"{name} {' '.join(str(n) for n in array.shape)}")


def signal():
    """Quiet noise, plucked notes, a glide, and near silence at both ends; as int16 so that it is exact everywhere."""
    n = 33000
    t = np.arange(n) / SR
    rng = np.random.RandomState(7)
    y = 0.0005 * rng.randn(n)
    for start, midi, level in [(0.12, 48, 0.3), (0.3, 55, 0.25), (0.52, 60, 0.2), (0.52, 64, 0.2), (0.8, 76, 0.15)]:
        f = 440 * 2 ** ((midi - 69) / 12)
        s = np.maximum(t - start, 0)
        on = (t >= start) * np.exp(-5 * s) * np.minimum(1, s * 200)
        y += level * on * sum(np.sin(2 * np.pi * f * k * s) / k**1.3 for k in range(1, 9) if f * k < SR / 2)
    y += 0.05 * np.sin(2 * np.pi * (300 * t + 900 * t**2)) * (t > 0.6) * (t < 1.25)
    y[t > 1.35] *= 0.01
    return np.round(np.clip(y, -1, 1) * 32767).astype(np.int16)


def sparse(bank):
    """Rows of: first bin, count, weights, one after the other in one flat array."""
    flat = []
    for row in bank:
        k = np.flatnonzero(row)
        first, count = (k[0], k[-1] - k[0] + 1) if len(k) else (0, 0)
        flat += [first, count, *row[first : first + count]]
    return np.array(flat, np.float32)


pcm = signal()
save("signal.i16", pcm, "<i2")
y = pcm.astype(np.float32) / 32768

save("bank_22050_2048_128.f32", sparse(librosa.filters.mel(sr=22050, n_fft=2048, n_mels=128)))
save("bank_16000_1024_80.f32", sparse(librosa.filters.mel(sr=16000, n_fft=1024, n_mels=80, fmin=50, fmax=7600)))
save("bank_htk.f32", sparse(librosa.filters.mel(sr=22050, n_fft=1024, n_mels=40, htk=True, norm=None)))

S = librosa.feature.melspectrogram(y=y, sr=SR)
db = librosa.power_to_db(S, ref=np.max)
save("mel_db.f32", db)
save("image.u8", (np.clip((db + 80) * 255 / 80, 0, 255) + 0.5).astype(np.uint8), "u1")
save("amplitude_db.f32", librosa.amplitude_to_db(np.abs(librosa.stft(y, n_fft=512, hop_length=1024)), ref=np.max, top_db=60))

X = librosa.stft(y, n_fft=1024, hop_length=256, win_length=800, pad_mode="reflect")
save("stft_reflect.f32", np.stack([X.T.real, X.T.imag], -1)[[0, 1, 60, 127, 128]])
Z = librosa.stft(y, n_fft=1000, hop_length=300)
save("stft_zero.f32", np.stack([Z.T.real, Z.T.imag], -1)[[0, 50, -1]])

columns = S[:, 10:60:5]
save("nnls_mel.f32", columns)
save("nnls_linear.f32", librosa.util.nnls(librosa.filters.mel(sr=SR, n_fft=2048, n_mels=128), columns))

M = np.abs(librosa.stft(y, n_fft=1024, hop_length=256))
for iterations in (1, 8):
    g = librosa.griffinlim(M, n_iter=iterations, n_fft=1024, hop_length=256, init=None, length=len(y))
    save(f"griffin_lim_{iterations}.f32", g[4000:9000])

save("resampled_16000.f32", librosa.resample(y, orig_sr=SR, target_sr=16000)[10000:13000])

C = librosa.cqt(y, sr=SR, hop_length=256, fmin=librosa.note_to_hz("C1"), n_bins=84)
save("cqt.f32", np.stack([C.real, C.imag], -1)[:, ::3])

LOW = librosa.cqt(y, sr=SR, hop_length=512, fmin=librosa.note_to_hz("A2"), n_bins=30, bins_per_octave=24)
save("cqt_low.f32", np.stack([LOW.real, LOW.imag], -1)[:, ::4])

trims = []
for top_db in (20, 40, 60):
    for begin, end in ((0, len(y)), (2500, 30001), (9000, 20000), (0, 700)):
        _, (a, b) = librosa.effects.trim(y[begin:end], top_db=top_db)
        trims.append(f"{top_db} {begin} {end} {a} {b}")
stereo = np.stack([np.where(np.arange(len(y)) < 12000, y, 0), np.where(np.arange(len(y)) > 20000, y, 0)])
for top_db in (20, 40):
    _, (a, b) = librosa.effects.trim(stereo, top_db=top_db)
    trims.append(f"{top_db} stereo 0 {a} {b}")
(OUT / "trim.txt").write_text("\n".join(trims) + "\n")
(OUT / "index.txt").write_text("\n".join(INDEX) + "\n")
print((OUT / "index.txt").read_text(), (OUT / "trim.txt").read_text(), sum(f.stat().st_size for f in OUT.iterdir()))
