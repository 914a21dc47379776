"""Every error code that leaves Atrium, with its status and its sentence."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Who can do something about it."""

    MEND = "mend"  # the person can mend it
    LATER = "later"  # try again later
    OURS = "ours"  # ours; support finds it by the request's id


@dataclass(frozen=True, slots=True)
class Entry:
    """sentence is the default; a Problem may carry a more telling one."""

    status: int
    title: str
    sentence: str
    kind: Kind = Kind.MEND


REGISTER: dict[str, Entry] = {
    # requests
    "invalid": Entry(400, "Invalid request", "Some fields need another value; each is named with what it takes."),
    "malformed": Entry(400, "Malformed request", "The body is not what its content type says. Send valid JSON."),
    "unauthenticated": Entry(
        401,
        "Not signed in",
        "Send an API token as “Authorization: Bearer atr_…”. Make one under Team settings, API tokens.",
    ),
    "not_permitted": Entry(403, "Not permitted", "Your role or token does not allow this."),
    "second_factor_needed": Entry(
        403,
        "A second factor is needed",
        "This team lets nobody in without a second factor. Set one up under Your account, Second factor.",
    ),
    "not_found": Entry(404, "Not found", "There is nothing here, or it is not yours to see."),
    "method_not_allowed": Entry(405, "Method not allowed", "This address does not take that method."),
    "not_acceptable": Entry(406, "Not acceptable", "This address answers JSON only."),
    "conflict": Entry(409, "Conflict", "This contradicts what is already there."),
    "already_created": Entry(409, "Already created", "It exists; its secret was shown once and cannot be shown again."),
    "in_use": Entry(409, "In use", "An endpoint serves it. Promote another version first."),
    "interface_differs": Entry(409, "The interface differs", "Deploy it as an endpoint of its own."),
    "suite_failing": Entry(409, "The suite does not pass", "Look at the report of the version."),
    "gone": Entry(410, "No longer there", "It was withdrawn or its time is over."),
    "link_expired": Entry(410, "This link has expired", "Ask the person who sent it for a new one."),
    "link_revoked": Entry(410, "This link was withdrawn", "Ask the person who sent it for a new one."),
    "passcode_needed": Entry(403, "Passcode needed", "Open the link and enter its passcode."),
    "code_needed": Entry(403, "Code needed", "Open the link, enter your address and the code that is mailed to it."),
    "too_large": Entry(413, "Too large", "A request holds at most 34 MB, one input 25 MB."),
    "unsupported_media_type": Entry(415, "Unsupported content type", "Send application/json or multipart/form-data."),
    "key_reused": Entry(
        422, "Key used for another request", "This Idempotency-Key came with another body. Use a new key."
    ),
    "too_many_requests": Entry(429, "Too many requests", "Wait a moment, then try again.", Kind.LATER),
    "queue_full": Entry(429, "Queue full", "Your team has too many cases waiting. Try again shortly.", Kind.LATER),
    "quota_exceeded": Entry(
        429,
        "Quota reached",
        "The quota is used up. A day’s device time starts anew at midnight UTC; for more cases, ask who sent the link.",
    ),
    "unavailable": Entry(503, "Not available now", "A part of Atrium is away. Try again in a moment.", Kind.LATER),
    "inputs_unavailable": Entry(
        503, "Inputs cannot be read now", "The part that reads files is away. Try again in a moment.", Kind.LATER
    ),
    "busy": Entry(503, "Busy", "Many files are being read at once. Try again in a moment.", Kind.LATER),
    "internal": Entry(500, "Our fault", "Something failed on our side. It is recorded under this id.", Kind.OURS),
    # inputs
    "input_too_large": Entry(
        413, "The input is too large", "An input holds at most 25 MB, and a picture 50 megapixels."
    ),
    "input_too_slow": Entry(
        422,
        "The input takes too long to read",
        "Send a part of it, or save it in a simpler form: a picture as PNG, say.",
    ),
    "input_not_an_image": Entry(422, "Not a picture", "Send a PNG, JPEG, WebP, TIFF, BMP or GIF."),
    "input_unsupported": Entry(
        422, "This kind of file is not supported", "Save it in a common form: PNG or JPEG, WAV, CSV."
    ),
    "input_quarantined": Entry(
        422,
        "A name may stand in the pixels",
        "The study is kept aside. Cover what identifies somebody and go on, or withdraw it.",
    ),
    "input_damaged": Entry(422, "The file is damaged", "It ends early or contradicts itself. Save it again."),
    "edit_unfit": Entry(422, "The edit does not fit", "Take it off, or put it on an input that takes it."),
    # models and jobs
    "not_ready": Entry(409, "Not ready", "The version is not ready to serve yet."),
    "interface_unconfirmed": Entry(409, "Interface not confirmed", "Look at the proposed interface and confirm it."),
    "artifact_damaged": Entry(500, "Stored bytes differ", "What was stored does not match its hash.", Kind.OURS),
    "upload_incomplete": Entry(409, "Upload incomplete", "Some parts are missing. Send them, then complete."),
    "upload_gone": Entry(410, "Upload gone", "The store lost the parts. Start the upload anew."),
    "worker_lost": Entry(
        503, "The worker was lost", "It was begun several times, and no computer finished it. Try again.", Kind.LATER
    ),
    "deadline_exceeded": Entry(504, "Took too long", "It was not answered in its time and was stopped. Try again."),
    "no_worker": Entry(503, "No worker", "No worker is there to run it. Try again later.", Kind.LATER),
    "function_offline": Entry(
        503,
        "The function was offline",
        "The notebook that answers did not come back in time. Send the case again when it is there.",
        Kind.LATER,
    ),
    "cancelled": Entry(409, "Cancelled", "It was cancelled."),
    "model_failed": Entry(422, "The model failed on this input", "The model could not compute an answer for it."),
    "model_crashed": Entry(502, "The model crashed", "The model's process ended while it computed. Try again."),
    "model_out_of_memory": Entry(502, "The model ran out of memory", "It needs more memory than a runner has."),
    "model_too_slow": Entry(504, "The model took too long", "The model was stopped at its deadline. Try again."),
    "answer_not_finite": Entry(422, "The answer is not a number", "The model answered NaN or infinity."),
    "not_explainable": Entry(
        422, "This cannot be explained", "No method of explanation suits this kind of model or input yet."
    ),
    "question_refused": Entry(422, "This cannot be asked", "The question does not fit the dataset."),
    "dataset_too_large": Entry(
        422, "The dataset is too large", "It needs more memory than a worker has for one. Upload fewer rows or columns."
    ),
    "sandbox_reduced": Entry(
        403,
        "Two teams at most on this machine",
        "This machine cannot confine models fully; see the banner for the way out.",
    ),
}
