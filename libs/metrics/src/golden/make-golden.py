#!/usr/bin/python3
"""Makes the golden values of libs/metrics with other people's software.

    /usr/bin/python3 libs/metrics/src/golden/make-golden.py

Debian 12: python3-sklearn 1.2.1, python3-scipy 1.10.1, python3-numpy 1.24.2. The inputs are seeded and written
beside the answers, so that the tests need no Python.
"""
import json
from pathlib import Path

import numpy as np
from scipy import ndimage, optimize, special, stats
from sklearn import calibration, metrics

HERE = Path(__file__).parent


def write(name, value):
    text = json.dumps(value, default=lambda x: x.tolist(), allow_nan=False)
    (HERE / f"{name}.json").write_text(text + "\n")


def scored(seed, positives, negatives, shift, decimals):
    """Labels and probabilities; few decimals make ties within and across the classes."""
    rng = np.random.RandomState(seed)
    labels = np.r_[np.ones(positives, int), np.zeros(negatives, int)]
    scores = special.expit(rng.normal(labels * shift - shift / 2, 1.2))
    order = rng.permutation(len(labels))
    return labels[order], np.round(scores[order], decimals)


def classification():
    cases = []
    for seed, positives, negatives, shift, decimals in [
        (1, 98, 105, 1.8, 2),
        (2, 12, 60, 0.6, 1),
        (3, 40, 7, 2.5, 6),
        (4, 30, 30, -0.8, 2),
    ]:
        labels, scores = scored(seed, positives, negatives, shift, decimals)
        called = (scores >= 0.5).astype(int)
        tn, fp, fn, tp = metrics.confusion_matrix(labels, called).ravel()
        fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
        precisions, recalls, pr_thresholds = metrics.precision_recall_curve(labels, scores)
        fraction, mean = calibration.calibration_curve(labels, scores, n_bins=10)
        # sklearn's bins are right-closed too: searchsorted(side="left") on the inner edges.
        edges = np.linspace(0, 1, 11)
        counts = np.bincount(np.searchsorted(edges[1:-1], scores), minlength=10)
        counts = counts[counts > 0]
        cases.append(
            dict(
                labels=labels,
                scores=scores,
                matrix=dict(
                    truePositives=tp, falsePositives=fp, trueNegatives=tn, falseNegatives=fn
                ),
                accuracy=metrics.accuracy_score(labels, called),
                precision=metrics.precision_score(labels, called),
                sensitivity=metrics.recall_score(labels, called),
                specificity=metrics.recall_score(labels, called, pos_label=0),
                negativePredictiveValue=metrics.precision_score(labels, called, pos_label=0),
                f1=metrics.f1_score(labels, called),
                # The first point is (0, 0) at a threshold that sklearn versions write differently.
                roc=dict(fpr=fpr, tpr=tpr, thresholds=thresholds[1:]),
                auc=metrics.roc_auc_score(labels, scores),
                pr=dict(precisions=precisions, recalls=recalls, thresholds=pr_thresholds),
                averagePrecision=metrics.average_precision_score(labels, scores),
                brier=metrics.brier_score_loss(labels, scores),
                logLoss=metrics.log_loss(labels, scores),
                reliability=dict(fraction=fraction, mean=mean, counts=counts),
                ece=np.sum(counts * np.abs(fraction - mean)) / len(labels),
                youden=np.max(tpr - fpr),
            )
        )
    write("classification", cases)


def components(labels, scores):
    """DeLong 1988, equations (4) to (6), by comparing every pair."""
    x, y = scores[labels == 1], scores[labels == 0]
    psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


def delong():
    cases = []
    for seed, positives, negatives, decimals in [(11, 98, 105, 2), (12, 9, 31, 1), (13, 25, 25, 6)]:
        labels, first = scored(seed, positives, negatives, 1.5, decimals)
        rng = np.random.RandomState(seed + 100)
        second = np.round(np.clip(0.6 * first + 0.4 * rng.uniform(size=len(first)), 0, 1), decimals)
        auc1, p1, n1 = components(labels, first)
        auc2, p2, n2 = components(labels, second)
        s = np.cov(np.stack([p1, p2])) / positives + np.cov(np.stack([n1, n2])) / negatives
        variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
        z = (auc1 - auc2) / np.sqrt(variance)
        error = np.sqrt(s[0, 0])
        q = stats.norm.ppf(0.975)
        half = q * error / (auc1 * (1 - auc1))
        cases.append(
            dict(
                labels=labels,
                first=first,
                second=second,
                auc=auc1,
                variance=s[0, 0],
                wald=[max(0, auc1 - q * error), min(1, auc1 + q * error)],
                logit=list(special.expit(special.logit(auc1) + np.array([-half, half]))),
                secondAuc=auc2,
                differenceVariance=variance,
                z=z,
                pValue=2 * stats.norm.sf(abs(z)),
            )
        )
    write("delong", cases)


def counts():
    wilson = []
    for successes, trials, level in [
        (0, 10, 0.95), (10, 10, 0.95), (1, 1, 0.95), (87, 98, 0.95), (87, 98, 0.99),
        (5, 7, 0.5), (3, 1000, 0.999), (500000, 1000000, 0.95),
    ]:
        ci = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
        wilson.append(
            dict(successes=successes, trials=trials, level=level, lower=ci.low, upper=ci.high)
        )
    mcnemar = []
    for b, c in [(0, 1), (5, 0), (10, 3), (7, 7), (40, 20), (600, 700), (2000, 1000)]:
        chi = max(0, abs(b - c) - 1) ** 2 / (b + c)
        mcnemar.append(
            dict(b=b, c=c, exact=stats.binomtest(b, b + c).pvalue, chi=chi, chiP=stats.chi2.sf(chi, 1))
        )
    write("counts", dict(wilson=wilson, mcnemar=mcnemar))


def bootstrap():
    """Patients are SciPy's sample; the statistic pools the rows of the drawn patients."""
    rng = np.random.RandomState(21)
    sizes = rng.randint(1, 9, size=25)
    patients = np.repeat(np.arange(25), sizes)
    level = np.repeat(rng.exponential(size=25), sizes)
    values = np.round(level + 0.2 * rng.normal(size=len(patients)), 4)
    sums = np.bincount(patients, values)

    def pooled_mean(drawn, axis=-1):
        return sums[drawn].sum(axis=axis) / sizes[drawn].sum(axis=axis)

    answer = dict(patients=patients, values=values, resamples=200000)
    for method in ["percentile", "BCa"]:
        result = stats.bootstrap(
            (np.arange(25),), pooled_mean, method=method, n_resamples=200000, batch=10000,
            random_state=np.random.RandomState(22),
        )
        answer[method.lower()] = list(result.confidence_interval)
        answer["standardError"] = result.standard_error
    write("bootstrap", answer)


def temperature():
    cases = []
    for seed, gain in [(31, 3.0), (32, 0.4), (33, 1.0)]:
        rng = np.random.RandomState(seed)
        margin = rng.normal(0, 1.5, size=150)
        labels = (rng.uniform(size=150) < special.expit(margin)).astype(int)
        shared = rng.normal(size=150)
        logits = np.round(np.c_[shared - gain * margin / 2, shared + gain * margin / 2], 4)

        def loss(log_t):
            log_p = special.log_softmax(logits / np.exp(log_t), axis=1)
            return -log_p[np.arange(150), labels].mean()

        best = optimize.minimize_scalar(loss, bounds=(-4, 4), method="bounded", options=dict(xatol=1e-10))
        cases.append(
            dict(
                labels=labels, logits=logits.ravel(), temperature=np.exp(best.x),
                lossBefore=loss(0.0), lossAfter=best.fun,
                probabilities=special.softmax(logits / np.exp(best.x), axis=1)[:, 1],
            )
        )
    write("temperature", cases)


def blobs(seed, shape, sigma, share):
    noise = ndimage.gaussian_filter(np.random.RandomState(seed).normal(size=shape), sigma)
    return noise > np.quantile(noise, 1 - share)


def masks():
    cases = []
    for seed, shape, share in [
        (41, (24, 30), 0.2),
        (42, (17, 40), 0.1),
        (43, (6, 20, 22), 0.15),
        (44, (12, 11, 9), 0.5),
    ]:
        reference = blobs(seed, shape, 2, share)
        prediction = blobs(seed, shape, 1.4, share * 0.8)
        cases.append(
            dict(
                shape=shape,
                reference=reference.ravel().astype(int),
                prediction=prediction.ravel().astype(int),
                # Dice is the F1 and IoU the Jaccard score of the voxels.
                dice=metrics.f1_score(reference.ravel(), prediction.ravel()),
                iou=metrics.jaccard_score(reference.ravel(), prediction.ravel()),
            )
        )
    write("masks", cases)


if __name__ == "__main__":
    classification()
    delong()
    counts()
    bootstrap()
    temperature()
    masks()
