"""Plans a take that starts from given music: what is found in it, unless the person said otherwise, and what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from music.brief import Brief, Reading, Remark
from music.clip.chords import FoundChords, harmonise_melody
from music.clip.clip import Clip
from music.clip.continuation import continue_chords
from music.clip.findings import Findings, chords_of, examine
from music.clip.roles import NO_HARMONY
from music.errors import RequestInvalid
from music.form import lay_out, section_kind
from music.given import Given, Task
from music.harmony import spans_from_chords
from music.instrument import Role
from music.pitch import Key
from music.plan import Plan, PlannedPart
from music.score import ChordSpan, Section
from music.style import Style
from music.time import TEMPO_RANGE_BPM
from workflows.planner.complete import BY_RULES, Author, complete
from workflows.planner.given_style import habits_of, instrument_for, likely_style
from workflows.planner.given_words import read_given_role, read_task, still_unused
from workflows.planner.repertoire import Repertoire

_SPOKEN = {
    Task.CONTINUE: "it is continued",
    Task.HARMONISE: "it is harmonised",
    Task.PARTS: "new parts join it",
}
_HARMONIC = (Role.CHORDS, Role.PAD, Role.ARPEGGIO)
_FEWEST_NEW_BARS = 8
_VERSE_BARS = 8
_TEMPO_STEP = 1.13  # by which "slow" or "fast" changes the tempo of given music


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenWish:
    """Given music, and what to do with it; without a task the words decide, or what the music is."""

    clip: Clip
    task: Task | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What planning goes by: the clip, what is in it, and what is to be done."""

    clip: Clip
    findings: Findings
    task: Task
    pointed_at: Role | None  # what the words call the clip
    key: Key | None
    style: Style


def plan_given(
    reading: Reading, wish: GivenWish, repertoire: Repertoire, *, seed: int, author: Author = BY_RULES
) -> tuple[Reading, Plan]:
    """Return how a request about given music was understood, and its plan.

    Key, tempo, metre, style and length come from the clip where nobody asked for others. RequestInvalid for a metre
    that is not the clip's, for less bars than it has, and where nothing would be added.
    """
    brief, clip = reading.brief, wish.clip
    pointed_at = read_given_role(brief.prompt)
    findings, conflicts = _without_excluded(brief, examine(clip, lone=pointed_at), clip)
    task = wish.task or read_task(brief.prompt) or _usual_task(brief, findings)
    _check(brief, clip)
    used_seed = brief.seed if brief.seed is not None else seed
    chosen = likely_style(brief, clip, findings, repertoire, seed=used_seed)
    key = brief.key or (findings.key.key if findings.key else None)
    found = _Found(clip=clip, findings=findings, task=task, pointed_at=pointed_at, key=key, style=chosen)
    remarks = _found_remarks(brief, found)
    tempo_bpm, tempo_remark = _tempo(brief, clip, repertoire)
    n_bars, bars_remark = _n_bars(brief, clip, task, tempo_bpm)
    remarks += [remark for remark in (tempo_remark, bars_remark) if remark]
    asked = replace(
        brief,
        genre=chosen.id,
        tempo_bpm=tempo_bpm,
        tempo_words=(),
        key=key,
        time_signature=clip.time_signature,
        bars=n_bars,
        seconds=None,
        roles=tuple(dict.fromkeys((*brief.roles, *_wanted_roles(found)))),
    )
    told, plan = complete(replace(reading, brief=asked), repertoire, seed=seed, author=author, may_modulate=False)
    plan, more = _fitted(plan, brief, found, repertoire)
    settled = ("genre", "tempo_bpm", "key", "time_signature", "bars", "instruments", "form")
    assumed = [remark for remark in told.assumed if remark.field not in settled]
    remarks.append(Remark("form", ", ".join(section.name for section in plan.sections)))
    told = replace(
        told,
        brief=brief,
        assumed=tuple(assumed) + tuple(remarks) + more,
        unused=still_unused(reading.unused),
        conflicts=(*told.conflicts, *conflicts),
    )
    return told, plan


def _usual_task(brief: Brief, findings: Findings) -> Task:
    """Return what is most likely wanted of a clip about which nobody said anything."""
    given = {part.role for part in findings.parts}
    if set(brief.roles) - given:
        return Task.PARTS
    if given == {Role.MELODY}:
        return Task.HARMONISE
    return Task.PARTS if given == {Role.DRUMS} else Task.CONTINUE


def _without_excluded(brief: Brief, findings: Findings, clip: Clip) -> tuple[Findings, tuple[Remark, ...]]:
    """Leave out the given players that are not wanted; RequestInvalid where none is left."""
    kept = tuple(part for part in findings.parts if part.role not in brief.excluded_roles)
    left_out = [part.role.value.replace("_", " ") for part in findings.parts if part not in kept]
    if not left_out:
        return findings, ()
    if not kept:
        raise RequestInvalid(f"{clip.name!r} holds only {', '.join(left_out)}, which was excluded; leave that in")
    text = f"{', '.join(left_out)} of {clip.name} is not wanted and stays out"
    return replace(findings, parts=kept), (Remark("excluded_roles", text),)


def _check(brief: Brief, clip: Clip) -> None:
    if brief.time_signature and brief.time_signature != clip.time_signature:
        raise RequestInvalid(
            f"{clip.name!r} is in {clip.time_signature} and is kept note for note; {brief.time_signature} cannot be "
            "made of it: leave the metre out, or give a clip in that metre"
        )


def _tempo(brief: Brief, clip: Clip, repertoire: Repertoire) -> tuple[float, Remark | None]:
    """Return the tempo asked for, or the clip's; a word such as ``slower`` is relative to that."""
    if brief.tempo_bpm is not None:
        return brief.tempo_bpm, None
    if not brief.tempo_words:
        return clip.tempo_bpm, Remark("tempo_bpm", f"{clip.tempo_bpm:g} BPM, from {clip.name}")
    word = repertoire.lexicon.tempo_words[brief.tempo_words[0]]
    if word.factor is not None:
        wanted = clip.tempo_bpm * word.factor
    elif word.place is not None:
        wanted = clip.tempo_bpm * _TEMPO_STEP ** (4 * word.place - 2)
    else:
        wanted = sum(word.bpm or (clip.tempo_bpm, clip.tempo_bpm)) / 2
    low, high = TEMPO_RANGE_BPM
    tempo_bpm = float(min(max(round(wanted), low), high))
    said = f"{tempo_bpm:g} BPM, {brief.tempo_words[0]} beside the {clip.tempo_bpm:g} BPM of {clip.name}"
    return tempo_bpm, Remark("tempo_bpm", said)


def _n_bars(brief: Brief, clip: Clip, task: Task, tempo_bpm: float) -> tuple[int, Remark | None]:
    """Return the length of the take: the clip's, or for a continuation the clip's and what follows."""
    bar_seconds = clip.time_signature.ticks_per_bar / 960 * 60 / tempo_bpm
    asked = brief.bars or (round(brief.seconds / bar_seconds) if brief.seconds else None)
    if task is not Task.CONTINUE:
        if asked is not None and asked < clip.n_bars:
            raise RequestInvalid(
                f"{clip.name!r} has {clip.n_bars} bars and is kept whole; ask for at least as many bars, or cut it"
            )
        if asked:
            return asked, None
        return clip.n_bars, Remark("bars", f"{clip.n_bars} bars, the length of {clip.name}")
    if asked is None:
        new = max(_FEWEST_NEW_BARS, clip.n_bars)
        return clip.n_bars + new, Remark("bars", f"{clip.n_bars + new} bars: {clip.n_bars} given, {new} new")
    if asked > clip.n_bars:
        return asked, Remark("bars", f"{asked} bars: {clip.n_bars} given, {asked - clip.n_bars} new")
    text = f"{clip.n_bars + asked} bars: {asked} are added to the {clip.n_bars} given"
    return clip.n_bars + asked, Remark("bars", text)


def _wanted_roles(found: _Found) -> tuple[Role, ...]:
    """Return the roles that shall play besides those that words or instruments name."""
    return (*(part.role for part in found.findings.parts), *((Role.CHORDS,) if found.task is Task.HARMONISE else ()))


def _fitted(plan: Plan, brief: Brief, found: _Found, repertoire: Repertoire) -> tuple[Plan, tuple[Remark, ...]]:
    """Put the clip's bars, chords and players into a plan."""
    clip, findings, task = found.clip, found.findings, found.task
    given = Given(
        task=task,
        name=clip.name,
        n_bars=clip.n_bars,
        parts=findings.parts,
        swing=findings.swing.swing,
        swing_unit=findings.swing.unit,
    )
    parts, cast_remarks = _parts(plan, brief, found, repertoire)
    sections = _sections(plan, brief, found)
    chords, chord_remarks = _chords(plan, brief, found)
    verb = {Task.CONTINUE: "continued", Task.HARMONISE: "harmonised", Task.PARTS: "with new parts"}[task]
    title = f"{clip.name.rpartition('.')[0] or clip.name}, {verb}"
    fitted = replace(plan, title=title, sections=sections, chords=chords, parts=parts, given=given)
    return fitted, (*cast_remarks, *chord_remarks)


def _sections(plan: Plan, brief: Brief, found: _Found) -> tuple[Section, ...]:
    """Name the given bars, and lay out what follows; where all is given, in stretches of like energy."""
    n_given, style = found.clip.n_bars, found.style
    if found.task is not Task.CONTINUE and brief.form:
        return plan.sections
    if plan.n_bars == n_given:
        n_verses = max(1, n_given // _VERSE_BARS)
        return lay_out(style, n_given, ("verse",) * n_verses, energy=plan.energy)
    first = Section(name="given", start_bar=1, n_bars=n_given, energy=plan.energy)
    n_new = plan.n_bars - n_given
    names = brief.form or (("verse", "chorus") * (n_new // (2 * _VERSE_BARS)) or ("verse",))
    rest = lay_out(style, n_new, names[:n_new], energy=plan.energy)
    lifted = [
        replace(section, start_bar=section.start_bar + n_given, energy=max(section.energy, plan.energy))
        if section_kind(section.name) != "outro"
        else replace(section, start_bar=section.start_bar + n_given)
        for section in rest
    ]
    return (first, *lifted)


def _chords(plan: Plan, brief: Brief, found: _Found) -> tuple[tuple[ChordSpan, ...], tuple[Remark, ...]]:
    """Return the chords asked for, else those found in the clip or fitted to it, else the style's."""
    clip, signature = found.clip, found.clip.time_signature
    if brief.chords:
        return spans_from_chords(brief.chords, plan.n_bars, signature, brief.chord_bars), ()
    chords = _clip_chords(plan, found)
    if chords is None:
        return plan.chords, ()
    spans = chords.spans
    if plan.n_bars > clip.n_bars:
        ends = plan.n_bars >= found.style.ending_from_bars
        spans = continue_chords(
            spans, n_given=clip.n_bars, n_bars=plan.n_bars, key=plan.key, signature=signature, ends=ends
        )
    how = "fitted to the notes of" if _is_open(found) else "found in"
    shown = " | ".join(_bars_shown(chords.spans, signature.ticks_per_bar)[:8])
    more = " …" if clip.n_bars > 8 else ""
    text = f"{shown}{more}, {how} {clip.name}, whose notes they hold by {round(100 * chords.explained)} %"
    return spans, (Remark("chords", text),)


def _is_open(found: _Found) -> bool:
    """Tell whether the clip leaves its chords to be chosen: no player of it plays any."""
    return not any(part.role in _HARMONIC for part in found.findings.parts)


def _clip_chords(plan: Plan, found: _Found) -> FoundChords | None:
    melody = next((part for part in found.findings.parts if part.role is Role.MELODY), None)
    pitched = [part for part in found.findings.parts if part.role not in NO_HARMONY]
    if melody and len(pitched) == 1:
        usual, colours = habits_of(found.style, plan.key)
        return harmonise_melody(
            melody.notes, plan.key, found.clip.time_signature, found.clip.n_bars, usual=usual, colours=colours
        )
    return chords_of(found.findings.parts, plan.key, found.clip)


def _bars_shown(spans: Sequence[ChordSpan], bar_ticks: int) -> list[str]:
    bars: dict[int, list[str]] = {}
    for span in spans:
        bars.setdefault(span.start_ticks // bar_ticks, []).append(span.chord.label if span.chord else "N")
    return [" ".join(names) for _, names in sorted(bars.items())]


def _parts(
    plan: Plan, brief: Brief, found: _Found, repertoire: Repertoire
) -> tuple[tuple[PlannedPart, ...], tuple[Remark, ...]]:
    """Give the given parts the sounds that their file names, and add the new ones that were cast."""
    programs = dict(found.findings.programs)
    given = {part.role: part for part in found.findings.parts}
    cast = {part.role: part for part in plan.parts}
    new = {role: part for role, part in cast.items() if role not in given}
    if found.task is Task.CONTINUE:
        wanted = {*brief.roles, *_roles_of(brief, new, repertoire)}
        new = {role: part for role, part in new.items() if role in wanted}
    elif set(brief.roles) - set(given) or brief.instruments:
        wanted = {*brief.roles, *_roles_of(brief, new, repertoire)}
        wanted |= {Role.CHORDS} if found.task is Task.HARMONISE else set()
        new = {role: part for role, part in new.items() if role in wanted}
    named = set(brief.roles) - {found.pointed_at}
    if named and named <= set(given) and found.task is Task.PARTS:
        new = {}
    if not new and found.task is not Task.CONTINUE and plan.n_bars == found.clip.n_bars:
        have = ", ".join(role.value.replace("_", " ") for role in given)
        raise RequestInvalid(
            f"{found.clip.name!r} has {have} already, and nothing else is to be written; name a part that it lacks, or "
            "ask for its continuation"
        )
    parts: list[PlannedPart] = []
    remarks: list[Remark] = []
    for role in Role:
        if role in given:
            asked = cast[role].instrument if role in cast and cast[role].instrument in brief.instruments else None
            instrument = asked or instrument_for(role, programs.get(role), found.style, repertoire)
            parts.append(PlannedPart(role=role, instrument=instrument, mix=found.style.part(role).mix))
        elif role in new:
            parts.append(new[role])
            title = repertoire.instruments[new[role].instrument].title
            remarks.append(Remark("instruments", f"{title} plays the {role.value.replace('_', ' ')}, which is new"))
    return tuple(parts), tuple(remarks)


def _roles_of(brief: Brief, cast: Mapping[Role, PlannedPart], repertoire: Repertoire) -> set[Role]:
    """Return the roles that the instruments asked for play: of several each its likeliest."""
    roles: set[Role] = set()
    for name in brief.instruments:
        own = [role for role in repertoire.instruments[name].roles if role in cast and cast[role].instrument == name]
        others = [role for role, part in cast.items() if part.instrument == name]
        roles |= set((own or others)[:1])
    return roles


def _found_remarks(brief: Brief, found: _Found) -> list[Remark]:
    """Tell what was found in the clip, how surely, and what follows from it."""
    clip, findings = found.clip, found.findings
    titles = [f"{part.role.value.replace('_', ' ')} ({len(part.notes)} notes)" for part in findings.parts]
    remarks = [
        Remark("given", f"{clip.name}: {clip.n_bars} bars with {', '.join(titles)}; {_SPOKEN[found.task]}"),
    ]
    if findings.n_merged:
        remarks.append(Remark("given", f"{findings.n_merged} more tracks were joined with others of their role"))
    if findings.key:
        sure = f"found with a confidence of {findings.key.confidence:.2f}"
        text = f"{findings.key.key}, {sure}"
        if brief.key and brief.key != findings.key.key:
            text = f"{brief.key} as asked; in the notes {findings.key.key} was {sure}"
        remarks.append(Remark("key", text))
    remarks.append(Remark("time_signature", f"{clip.time_signature}, from {clip.name}"))
    if brief.genre is None and not brief.blend:
        remarks.append(Remark("genre", f"{found.style.title}, to which what was found comes nearest"))
    swing = findings.swing
    text = (
        f"{swing.unit.value}s swung {round(100 * swing.swing)} % of the way to triplets, over {swing.n_measured} notes"
        if swing.swing
        else "played straight"
    )
    return [*remarks, Remark("given", text)]
