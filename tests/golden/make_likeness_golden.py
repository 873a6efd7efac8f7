#!/usr/bin/env python3
"""The disentangled authors' figures by librosa, for tests/core/evaluate/tst_likeness.cpp.

Run:  python3 make_likeness_golden.py > likeness.txt      (needs numpy, librosa)

Sounds: x = audio/signal.i16; y = 0.7 x delayed by 300 samples plus 0.01 sin(0.05 k); z = x played backwards.
"""
import os

import librosa
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
x = np.fromfile(os.path.join(here, "audio", "signal.i16"), np.int16).astype(np.float32) / 32768
y = (0.7 * np.concatenate([np.zeros(300), x[:-300]]) + 0.01 * np.sin(0.05 * np.arange(len(x)))).astype(np.float32)
z = x[::-1].copy()
SR = 22050


def chroma(s):
    return librosa.feature.chroma_stft(y=s, sr=SR, tuning=0)


def mfcc(s):
    return librosa.feature.mfcc(y=s, sr=SR, n_mfcc=13)


def fine(s):
    return np.abs(librosa.stft(s, n_fft=1024, hop_length=256, pad_mode="reflect"))


def pitches(s):
    p, _ = librosa.piptrack(y=s, sr=SR)
    return np.array([c[c > 0].mean() if (c > 0).any() else 0 for c in p.T])


def f1(a, b):
    hits = len(set(a) & set(b))
    return 2 * hits / (len(a) + len(b))


r = lambda a, b: np.corrcoef(a, b)[0, 1]
onsets = lambda s: librosa.onset.onset_detect(y=s, sr=SR)
print("chroma_distance", np.linalg.norm(chroma(y) - chroma(x), axis=0).mean())
print("onset_f1", f1(onsets(y), onsets(x)))
print("onsets", *onsets(x))
print("pitch_correlation", r(pitches(y), pitches(x)))
print("magnitude_error", ((fine(y) - fine(x)) ** 2).mean())
print("chroma_correlation", np.mean([r(a, b) for a, b in zip(chroma(y), chroma(x))]))
print("cepstral_distance", np.linalg.norm(mfcc(y) - mfcc(z), axis=0).mean())
print("spectrum_correlation", r(fine(y).sum(1), fine(z).sum(1)))
print("structure_difference", np.abs(librosa.segment.recurrence_matrix(mfcc(y)).astype(float) - librosa.segment.recurrence_matrix(mfcc(x)).astype(float)).mean())
