"""The ECG page: an uploaded or made strip, judged, drawn, explained and forgotten."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.errors import HarmfreeError
from harmfree.pictures import Picture
from harmfree.rhythm.classify import INTENDED_USE, StripResult, classify
from harmfree.rhythm.drawing import contribution_bars, lorenz_plot, strip_picture, tachogram
from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.recording import Recording
from harmfree.rhythm.synthetic import strip
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import allow
from harmfree.web.clinical_tools.ecg_upload import LARGEST, read_upload
from harmfree.web.clinical_tools.views import CRUMBS, crumbs
from harmfree.web.programme_pages.markdown import rendered

FEWEST_FOR_PLOTS = 4  # beats
EXAMPLES = {
    "sinus": "Regular rhythm",
    "fibrillation": "Atrial fibrillation",
    "atrial ectopy": "Early beats",
}
UNITS = [(unit, unit) for unit in ("mV", "uV", "V", "nV")]
LIMITS = (
    "One lead, 9 to 61 seconds, adults. Under 5 seconds no rhythm is named; longer recordings are "
    "judged in windows of 30 seconds and the most suspicious one is shown.",
    "Atrial fibrillation that comes and goes may be missed: a strip shows its own seconds only.",
    "Trained on one make of device. How well it does by age, sex and ethnicity is not known.",
    "It finds no heart attack, no flutter with a regular response and no fault of a pacemaker.",
)


class Several(forms.ClearableFileInput):
    """A box for several files. The field checks the last; the view reads them all."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """One file."""
        return files.get(name)


class EcgForm(forms.Form):
    """The files, and what to take for granted where they do not say."""

    recording = forms.FileField(
        label="ECG recording",
        widget=Several,
        help_text=f"CSV, EDF, FHIR (JSON), or WFDB (.hea with .dat, or a .zip). Up to "
        f"{LARGEST // 1_000_000} MB. It is judged and not kept.",
        error_messages={"required": "Choose a recording", "empty": "The file is empty"},
    )
    rate = forms.FloatField(
        label="Samples a second",
        required=False,
        min_value=50,
        max_value=20_000,
        help_text="Only when the file does not say. From 50 to 20,000.",
        error_messages={
            "invalid": "Samples a second must be a number",
            "min_value": "Samples a second must be 50 or more",
            "max_value": "Samples a second must be 20,000 or less",
        },
    )
    unit = forms.ChoiceField(
        label="Unit of a CSV file that does not say", choices=UNITS, required=False
    )


@allow(Permission.USE_TOOLS)
def ecg(request: HttpRequest) -> HttpResponse:
    """A strip with its outcome; nothing of it is kept."""
    context: dict[str, Any] = _standing()
    status = 200
    if request.method == "POST":
        form = EcgForm(request.POST, request.FILES)
        recording = _uploaded(form, request.FILES.getlist("recording"))
        status = 422 if form.errors else 200
    else:
        form, recording = EcgForm(), _made(request.GET.get("example", ""))
    if recording is not None:
        context |= _judged(form, recording, request.GET.get("example", ""))
    title = "ECG strip: possible atrial fibrillation?"
    context |= {"title": ("Error: " if form.errors else "") + title, "form": form}
    return render(request, "tools/ecg.jinja", context, status=status)


def _standing() -> dict[str, Any]:
    return {
        "crumbs": crumbs(*CRUMBS),
        "use": INTENDED_USE,
        "limits": LIMITS,
        "examples": EXAMPLES,
    }


def _uploaded(form: EcgForm, given: list[UploadedFile]) -> Recording | None:
    """The recording of a valid form; None with the reason on the form."""
    if not form.is_valid():
        return None
    try:
        if sum(each.size or 0 for each in given) > LARGEST:
            raise RecordingError(f"The files are larger than {LARGEST // 1_000_000} MB.")
        files = [(each.name or "", each.read()) for each in given]
        said = form.cleaned_data
        return read_upload(files, said["rate"], said["unit"] or "mV")
    except HarmfreeError as refusal:
        form.add_error("recording", _sentence(refusal))
        return None


def _sentence(refusal: HarmfreeError) -> str:
    do = refusal.do[:1].upper() + refusal.do[1:]
    return f"{refusal.what} {do}".strip()


def _made(rhythm: str) -> Recording | None:
    """The built-in strip of a rhythm."""
    if not rhythm:
        return None
    if rhythm not in EXAMPLES:
        raise Http404(f"There is no example of {rhythm}.")
    return strip(rhythm, seed=7).recording


def _judged(form: EcgForm, recording: Recording, example: str) -> dict[str, Any]:
    try:
        result = classify(recording)
    except HarmfreeError as refusal:
        if not form.is_bound:
            raise
        form.add_error("recording", _sentence(refusal))
        return {}
    figures = [each.figure() for each in pictures(result)]
    return {"result": result, "figures": figures, "example": EXAMPLES.get(example, "")}


def pictures(result: StripResult) -> list[Picture]:
    """The strip, and what explains the outcome; none when nothing could be measured."""
    measured = result.measured
    if measured is None:
        return []
    found = [strip_picture(result, measured)]
    if measured.beats.times.size >= FEWEST_FOR_PLOTS:
        found += [tachogram(result, measured), lorenz_plot(result, measured)]
    bars = contribution_bars(result)
    return [*found, bars] if bars else found


@allow(Permission.USE_TOOLS)
def model_card(request: HttpRequest) -> HttpResponse:
    """How the classifier was made and how well it does."""
    context = {
        "title": "Model card: atrial fibrillation in a strip",
        "crumbs": crumbs(*CRUMBS, ("ECG strip", "ecg")),
        "body": _card(),
    }
    return render(request, "tools/model_card.jinja", context)


@lru_cache(maxsize=1)
def _card() -> Any:
    text = (files("harmfree.rhythm") / "stored" / "model_card.md").read_text(encoding="utf-8")
    return rendered(text)
