"""Which layout of workers, threads and batches is fastest here: measured, not guessed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings, Work
from tarjimon.config import Settings
from tarjimon.domain import EncodedSegment, Lane, Task
from tarjimon.engine.loading import Model, load, warm_up
from tarjimon.engine.threads import cpu_layout
from tarjimon.models.catalogue import DEFAULT_MODEL
from tarjimon.models.store import ModelStore

# Official register, short to long; each is used with many numbers, so that lengths and contents vary.
_SENTENCES = (
    "Uchrashuv {n}-noyabr kuni bo'lib o'tdi.",
    "Qo'shma bayonot qabul qilindi.",
    "Tomonlar {n} ta hujjatni imzoladilar.",
    "Vazirlar hamkorlik istiqbollarini muhokama qildilar.",
    "Tadbirda {n} nafar mutaxassis ishtirok etdi va tajriba almashdi.",
    "Hukumat qaroriga ko'ra, ushbu maqsadlar uchun {n} million so'm ajratildi.",
    "Muzokaralar chog'ida savdo-iqtisodiy va madaniy-gumanitar sohalardagi hamkorlikning holati ko'rib chiqildi.",
    "Delegatsiya a'zolari {n}-sonli maktabda bo'lib, o'quvchilar uchun yaratilgan sharoitlar bilan tanishdilar.",
    "Suhbat davomida ikki mamlakat o'rtasidagi do'stona munosabatlarni yanada rivojlantirish, o'zaro savdo hajmini "
    "{n} foizga oshirish hamda transport yo'laklaridan samarali foydalanish masalalariga alohida e'tibor qaratildi.",
    "Vazirlik matbuot xizmati ma'lum qilishicha, joriy yilning birinchi choragida viloyatlarda {n} ta yangi ishlab "
    "chiqarish korxonasi ishga tushirildi va minglab fuqarolarning bandligi ta'minlandi.",
)
_TARGET = "ru"


@dataclass(frozen=True, slots=True)
class Trial:
    """One layout and what it gave.

    Attributes:
        workers: batches computed at the same time.
        threads: threads of each.
        batch_tokens: budget of a batch, source and output alike.
        segments_per_second: with the queue full.
        single_ms: one sentence alone on an idle engine, milliseconds, median.
    """

    workers: int
    threads: int
    batch_tokens: int
    segments_per_second: float
    single_ms: float


def layouts(cpus: float) -> list[tuple[int, int]]:
    """(workers, threads) whose product uses the CPUs, from many workers to many threads."""
    whole = max(1, int(cpus))
    pairs = {(whole // threads, threads) for threads in range(1, whole + 1) if whole % threads == 0}
    return sorted(pairs, reverse=True)


async def measure(
    store: ModelStore,
    settings: Settings,
    *,
    seconds: float,
    tune: bool = False,
    budgets: Sequence[int] = (512, 1024, 2048, 4096),
    told: Callable[[Trial], None] = lambda trial: None,
) -> tuple[Trial, ...]:
    """Measure the settings as they are; or try layouts, then batch budgets with the fastest layout.

    Args:
        store: where the model is.
        settings: model, device, compute type; and, unless `tune`, the layout to measure.
        seconds: how long each trial runs.
        tune: try other layouts than the settings'.
        budgets: padded tokens of a batch to try.
        told: called after each trial.

    Returns:
        Every trial, the fastest first.
    """
    files = await asyncio.to_thread(store.resolve, settings.models.translate or DEFAULT_MODEL)
    trials: list[Trial] = []

    async def tried(workers: int, threads: int, sizes: Sequence[int]) -> None:
        model = await asyncio.to_thread(
            load,
            files,
            engine=settings.models.engine,
            device=settings.models.device,
            compute_type=settings.models.compute_type,
            workers=workers,
            threads=threads,
        )
        for size in sizes:
            trials.append(await _trial(model, size, seconds))
            told(trials[-1])
        model.engine.close()

    if not tune:
        await tried(
            settings.models.workers, settings.models.threads, [settings.batching.source_tokens or 1024]
        )
        return tuple(trials)
    middle = budgets[len(budgets) // 2]
    for workers, threads in layouts(cpu_layout().cpus):
        await tried(workers, threads, [middle])
    fastest = max(trials, key=lambda trial: trial.segments_per_second)
    await tried(fastest.workers, fastest.threads, [size for size in budgets if size != middle])
    return tuple(sorted(trials, key=lambda trial: -trial.segments_per_second))


async def _trial(model: Model, budget: int, seconds: float) -> Trial:
    warm_up(model)
    segments = _segments(model)
    scheduler = Scheduler(SchedulerSettings(source_budget=budget, output_budget=budget))
    scheduler.attach("trial", model.engine)

    def work(segment: EncodedSegment) -> Work:
        return Work("trial", segment, model.spec.decoding, Lane.INTERACTIVE, "bench")

    alone: list[float] = []
    for _ in range(15):
        started = time.perf_counter()
        await scheduler.submit(work(next(segments)))
        alone.append(time.perf_counter() - started)
    stop = time.perf_counter() + seconds
    done = 0

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < stop:
            await asyncio.gather(*(scheduler.submit(work(next(segments))) for _ in range(8)))
            done += 8

    started = time.perf_counter()
    # Enough callers that every batch can be full.
    await asyncio.gather(*(client() for _ in range(max(8, budget // 32))))
    rate = done / (time.perf_counter() - started)
    await scheduler.detach("trial")
    await scheduler.aclose(5)
    info = model.engine.info
    return Trial(info.workers, info.threads, budget, rate, sorted(alone)[len(alone) // 2] * 1000)


def _segments(model: Model) -> Iterator[EncodedSegment]:
    """Encoded sentences without end, no two the same."""
    chance = random.Random(1)  # noqa: S311  # a workload, not a secret
    number = 0
    while True:
        number += 1
        text = chance.choice(_SENTENCES).format(n=number)
        if str(number) not in text:
            text = f"{number}. {text}"
        yield model.codec.encode(text, source="uz", target=_TARGET, task=Task.TRANSLATE)
