"""All that a version takes and answers, checked against itself."""

from typing import Annotated

from msgspec import Meta, Struct

from gpu_workers.protocol.findings import BoxesOutput, FindingsOutput, SpansOutput, check_boxes
from gpu_workers.protocol.signals import check as check_signal
from gpu_workers.protocol.steps import check_steps
from gpu_workers.protocol.vectors import VectorOutput

from .inputs import Input
from .outputs import Output
from .pictures import ImageInput, check_image
from .scalars import LabelOutput, NumberOutput
from .step import Step, check_crop
from .studies import DicomInput, check_study
from .tables import TableFileInput, TableOutput, check_file
from .texts import TextInput, check_text


class Interface(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a version takes and answers. Names are unique among inputs and among outputs.

    steps: how its models run for one case, where that is more than one call of one model with the inputs.
    """

    inputs: Annotated[tuple[Input, ...], Meta(min_length=1, max_length=64)]
    outputs: Annotated[tuple[Output, ...], Meta(min_length=1, max_length=64)]
    steps: Annotated[tuple[Step, ...], Meta(max_length=16)] = ()

    def __post_init__(self) -> None:
        for fields in (self.inputs, self.outputs):
            names = [field.name for field in fields]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"the name “{twice}” is used twice; give each input and each output its own")
        check_steps(self.steps)
        known = {step.name for step in self.steps}
        for field in (*self.inputs, *self.outputs):
            if field.step and field.step not in known:
                raise ValueError(f"“{field.name}” names the step “{field.step}”, which is none of the interface's")
        for step in self.steps:
            if step.crop is not None:
                check_crop(step.crop, self.inputs)
        for field in self.inputs:
            if isinstance(field, ImageInput):
                check_image(field)
            elif isinstance(field, DicomInput):
                check_study(field)
                self._check_averages(field)
            elif isinstance(field, TextInput):
                check_text(field)
            elif isinstance(field, TableFileInput):
                check_file(field)
        for each in (*self.inputs, *self.outputs):
            check_signal(each)
        for output in self.outputs:
            if isinstance(output, FindingsOutput):
                self.found_in(output)
                if isinstance(output, BoxesOutput):
                    check_boxes(output)
            elif isinstance(output, TableOutput):
                self.rows_of(output)
            elif isinstance(output, VectorOutput):
                self.tokens_of(output)

    def _check_averages(self, field: DicomInput) -> None:
        """What is answered to each frame can be averaged where it is scores or numbers, and where one model answers."""
        if field.frames != "each":
            return
        if self.steps:
            raise ValueError(f"frames of “{field.name}” is each, which does not go with steps; declare first or volume")
        other = next((one for one in self.outputs if not isinstance(one, LabelOutput | NumberOutput)), None)
        if other is not None:
            raise ValueError(
                f"frames of “{field.name}” is each, whose answers are averaged; “{other.name}” cannot be. "
                "Declare first or volume"
            )

    def found_in(self, output: FindingsOutput) -> Input:
        """The input in which an output's findings lie. Raises ValueError."""
        is_of_text = isinstance(output, SpansOutput)
        for field in self.inputs:
            fits = isinstance(field, TextInput if is_of_text else ImageInput | DicomInput)
            if fits and output.input in ("", field.name):
                return field
        named = f" “{output.input}”" if output.input else ""
        word = "a text" if is_of_text else "a picture"
        raise ValueError(f"“{output.name}” says where in {word} something is, but there is no such input{named}")

    def rows_of(self, output: TableOutput) -> TableFileInput:
        """The file to whose rows an output answers. Raises ValueError."""
        for field in self.inputs:
            if isinstance(field, TableFileInput) and output.input in ("", field.name):
                return field
        named = f" “{output.input}”" if output.input else ""
        raise ValueError(
            f"“{output.name}” answers each row of a file, but there is no table_file{named} among the inputs"
        )

    def tokens_of(self, output: VectorOutput) -> TextInput | None:
        """The text whose tokens' mask counts where their vectors are averaged. Raises ValueError."""
        for field in self.inputs:
            if isinstance(field, TextInput) and field.tokenizer and output.input in ("", field.name):
                return field if output.pooling == "mean" else None
        if output.input:
            raise ValueError(
                f"“{output.name}” names “{output.input}”, which is no text with a tokenizer among the inputs"
            )
        return None

    @property
    def files(self) -> frozenset[str]:
        """The files of the upload that it names and that are read when a case comes."""
        return frozenset(field.tokenizer for field in self.inputs if isinstance(field, TextInput) and field.tokenizer)

    @property
    def labels(self) -> frozenset[str]:
        """Where names of classes are to be read from."""
        return frozenset(name for field in self.outputs if (name := getattr(field, "labels", "")))
