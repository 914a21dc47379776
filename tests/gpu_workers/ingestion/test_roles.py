"""What is guessed of the columns that people bring, by their names and values: from scikit-learn, Hugging Face, Kaggle,
R and its kin, medical exports, and tables of what models said.

A table is written as its columns, each `name=values`: `cat:a,b` categories, `x:0..1` measured numbers, `i:0..9` whole
ones, `unique` whole numbers of which each row has its own, `rows` numbers that count the rows, `code` short text of
which each row has its own, `many` text with many values that repeat, `few` a dozen categories, `text` free text,
`time`, `bool`, `vector`, `file` names of pictures, `empty`. What is expected is every column that is no feature.
"""

import pytest

from apps.datasets.roles import faults
from gpu_workers.ingestion.roles import Candidate, guessed
from gpu_workers.protocol.datasets import Column, Count, Facts, Kind

ROWS = 600


def candidate(name: str, values: str, rows: int = ROWS) -> Candidate:
    kind, _, told = values.partition(":")
    if kind == "cat":
        words = told.split(",")
        facts = Facts(distinct=len(words), top=tuple(Count(word, rows // len(words)) for word in words[:10]))
        return Candidate(name, Kind.CATEGORY, facts, rows)
    if kind in ("x", "i"):
        low, high = (float(number) for number in told.split(".."))
        distinct = rows if kind == "x" else int(min(high - low + 1, rows))
        few = [f"{low + place:g}" for place in range(distinct)] if kind == "i" and distinct <= 10 else []
        top = tuple(Count(value, rows // distinct) for value in few)
        facts = Facts(distinct=distinct, low=low, high=high, mean=(low + high) / 2, top=top)
        return Candidate(name, Kind.NUMBER, facts, rows)
    described = {
        "unique": (Kind.NUMBER, Facts(distinct=rows, low=1e4, high=1e4 + 7 * rows, mean=12_000)),
        "rows": (Kind.NUMBER, Facts(distinct=rows, low=1.0, high=float(rows), mean=rows / 2)),
        "code": (Kind.TEXT, Facts(distinct=rows, top=(Count("A7-13", 1), Count("A7-14", 1)))),
        "many": (Kind.CATEGORY, Facts(distinct=rows // 3, top=(Count("A7-13", 4), Count("A7-14", 4)))),
        "few": (Kind.CATEGORY, Facts(distinct=12, top=tuple(Count(f"of {place}", 50) for place in range(10)))),
        "text": (
            Kind.TEXT,
            Facts(distinct=rows, top=(Count("It was seen again, and nothing new was found in it.", 1),)),
        ),
        "time": (Kind.TIME, Facts(distinct=rows, low=1.6e9, high=1.7e9)),
        "bool": (Kind.BOOLEAN, Facts(distinct=2, top=(Count("true", rows // 2), Count("false", rows // 2)))),
        "vector": (Kind.VECTOR, Facts()),
        "file": (Kind.TEXT, Facts(distinct=rows, top=(Count("a/1.png", 1), Count("a/2.png", 1)))),
        "empty": (Kind.CATEGORY, Facts(nulls=rows)),
    }
    return Candidate(name, *described[kind], rows)


def roles(table: str) -> list[Column]:
    columns = [part.strip().rpartition("=") for part in table.split(";")]
    return list(guessed([candidate(name.strip(), values.strip()) for name, _, values in columns]))


def said(column: Column) -> str:
    return ":".join(filter(None, [column.role, column.model, column.of_class]))


SETS = {
    # scikit-learn
    "breast cancer": ("mean radius=x:6..28; mean texture=x:9..40; target=i:0..1", {"target": "label"}),
    "iris": ("sepal length (cm)=x:4..8; petal width (cm)=x:0..3; target=i:0..2", {"target": "label"}),
    "california": ("MedInc=x:0..15; HouseAge=i:1..52; Latitude=x:32..42; Longitude=x:-124..-114; MedHouseVal=x:0..5",
                   {"Latitude": "lat", "Longitude": "lon", "MedHouseVal": "label"}),
    "digits": ("pixel_0_0=i:0..16; pixel_7_7=i:0..16; target=i:0..9", {"target": "label"}),
    "y beside y_pred": ("x1=x:0..9; y_true=i:0..1; y_pred=i:0..1", {"y_true": "label", "y_pred": "prediction:model"}),
    "predict_proba": ("age=i:1..90; y=i:0..1; proba_0=x:0..1; proba_1=x:0..1",
                      {"y": "label", "proba_0": "probability:model:0", "proba_1": "probability:model:1"}),
    "proba of words": ("age=i:1..90; y=cat:sick,well; proba_0=x:0..1; proba_1=x:0..1",
                       {"y": "label", "proba_0": "probability:model:sick", "proba_1": "probability:model:well"}),
    "y_score": ("a=x:0..9; y_test=i:0..1; y_true=i:0..1; y_score=x:0..1",
                {"y_true": "label", "y_score": "probability:model"}),
    "decision function": ("a=x:0..9; y=i:0..1; score=x:-4..5", {"y": "label"}),
    "weights": ("a=x:0..9; y=i:0..1; sample_weight=x:0..9", {"y": "label", "sample_weight": "weight"}),
    "regression": ("bmi=x:18..42; target=x:25..346; prediction=x:30..300",
                   {"target": "label", "prediction": "prediction:model"}),
    # two models and more
    "p_model": ("a=x:0..9; label=i:0..1; p_modelA=x:0..1; p_modelB=x:0..1",
                {"label": "label", "p_modelA": "probability:modelA", "p_modelB": "probability:modelB"}),
    "score_a": ("age=x:0..9; target=i:0..1; score_a=x:0..1; score_b=x:0..1",
                {"target": "label", "score_a": "probability:a", "score_b": "probability:b"}),
    "model1_pred": ("age=x:0..9; label=cat:cat,dog,bird; model1_pred=cat:cat,dog,bird; model2_pred=cat:cat,dog",
                    {"label": "label", "model1_pred": "prediction:model1", "model2_pred": "prediction:model2"}),
    "prediction_xgb": ("sqft=x:9..99; price=x:1..9; prediction_xgb=x:1..9; prediction_rf=x:1..9",
                       {"prediction_xgb": "prediction:xgb", "prediction_rf": "prediction:rf"}),
    "hard ones": ("age=x:0..9; ground_truth=i:0..1; pred_old=i:0..1; pred_new=i:0..1",
                  {"ground_truth": "label", "pred_old": "prediction:old", "pred_new": "prediction:new"}),
    "pred of numbers": ("age=x:0..9; label=i:0..1; pred=x:0..1", {"label": "label", "pred": "probability:model"}),
    "glued": ("age=x:0..9; label=i:0..1; predA=i:0..1; probA=x:0..1; xgbProb=x:0..1",
              {"label": "label", "predA": "prediction:A", "probA": "probability:A", "xgbProb": "probability:xgb"}),
    "classes by model": ("age=x:0..9; truth=cat:benign,malignant; rf_prob_malignant=x:0..1; rf_prob_benign=x:0..1",
                         {"truth": "label", "rf_prob_malignant": "probability:rf:malignant",
                          "rf_prob_benign": "probability:rf:benign"}),
    "one class and none": ("age=x:0..9; truth=cat:benign,malignant; prob_rf=x:0..1; prob_rf_malignant=x:0..1",
                           {"truth": "label", "prob_rf_malignant": "probability:rf:malignant"}),
    "numbered models": ("age=x:0..9; label=i:0..1; pred_1=i:0..1; pred_2=i:0..1",
                        {"label": "label", "pred_1": "prediction:1", "pred_2": "prediction:2"}),
    "said twice": ("age=x:0..9; label=i:0..1; y_pred=i:0..1; prediction=i:0..1",
                   {"label": "label", "y_pred": "prediction:model"}),
    "after the label": ("age=x:0..9; diagnosis=cat:B,M; predicted_diagnosis=cat:B,M; diagnosis_prob=x:0..1",
                        {"diagnosis": "label", "predicted_diagnosis": "prediction:model",
                         "diagnosis_prob": "probability:model"}),
    "named after": ("hours=i:1..99; income=cat:low,high; predicted_income=cat:low,high",
                    {"income": "label", "predicted_income": "prediction:model"}),
    "price": ("sqft=x:9..99; price=x:1..9; price_pred=x:1..9", {"price": "label", "price_pred": "prediction:model"}),
    "same values": ("age=x:0..9; status=cat:open,shut; colour=few; forest_pred=cat:open,shut",
                    {"status": "label", "forest_pred": "prediction:forest"}),
    "pred_class": ("age=x:0..9; true_class=cat:a,b,c; pred_class=cat:a,b,c",
                   {"true_class": "label", "pred_class": "prediction:model"}),
    # Hugging Face
    "sst2": ("idx=rows; sentence=text; label=i:0..1", {"idx": "id", "sentence": "ignore", "label": "label"}),
    "emotion": ("text=text; label=i:0..5; label_text=cat:joy,sadness,love",
                {"text": "ignore", "label": "label", "label_text": "ignore"}),
    "pipeline": ("text=text; label=cat:NEG,POS; prediction=cat:NEG,POS; score=x:0.5..1",
                 {"text": "ignore", "label": "label", "prediction": "prediction:model"}),
    "mnli": ("premise=text; hypothesis=text; label=i:0..2; idx=rows",
             {"premise": "ignore", "hypothesis": "ignore", "label": "label", "idx": "id"}),
    "llm judge": ("prompt=text; response=text; category=few; gpt4_score=i:1..10",
                  {"prompt": "ignore", "response": "ignore"}),
    "embeddings": ("file_name=file; embedding=vector; label=few",
                   {"file_name": "media", "embedding": "embedding", "label": "label"}),
    # Kaggle
    "titanic": ("PassengerId=rows; Survived=i:0..1; Pclass=i:1..3; Name=text; Age=x:0..80; Ticket=code; Cabin=many",
                {"PassengerId": "id", "Survived": "label", "Name": "ignore", "Ticket": "ignore"}),
    "house prices": ("Id=rows; LotArea=i:1300..215245; YearBuilt=i:1872..2010; SalePrice=i:34900..755000",
                     {"Id": "id", "SalePrice": "label"}),
    "churn": ("customerID=code; tenure=i:0..72; MonthlyCharges=x:18..118; Churn=cat:No,Yes",
              {"customerID": "id", "Churn": "label"}),
    "bank": ("RowNumber=rows; CustomerId=unique; Surname=many; CreditScore=i:350..850; Exited=i:0..1",
             {"RowNumber": "id", "CustomerId": "ignore", "Exited": "label"}),
    "card fraud": ("Time=x:0..172792; V1=x:-56..2; Amount=x:0..25691; Class=i:0..1", {"Class": "label"}),
    "wine": ("fixed acidity=x:4..16; pH=x:2..4; alcohol=x:8..15; quality=i:3..8", {"quality": "label"}),
    "pima": ("Pregnancies=i:0..17; Glucose=i:0..199; Age=i:21..81; Outcome=i:0..1", {"Outcome": "label"}),
    "taxi": ("id=code; vendor_id=i:1..2; pickup_datetime=time; dropoff_datetime=time; pickup_longitude=x:-122..-61; "
             "pickup_latitude=x:34..51; dropoff_longitude=x:-122..-61; dropoff_latitude=x:32..43; seconds=i:1..9999",
             {"id": "id", "pickup_datetime": "time"}),
    "movielens": ("userId=i:1..300; movieId=i:1..250; rating=x:0.5..5; timestamp=i:828124615..1537799250",
                  {"userId": "ignore", "movieId": "ignore", "timestamp": "time"}),
    "submission": ("id=unique; target=x:0..1", {"id": "id", "target": "label"}),
    "index": ("Unnamed: 0=rows; carat=x:0.2..5; cut=few; price=i:326..18823", {"Unnamed: 0": "id"}),
    "places": ("name=code; lat=x:32..42; lng=x:-124..-114; class=cat:a,b",
               {"name": "id", "lat": "lat", "lng": "lon", "class": "label"}),
    "seaborn": ("survived=i:0..1; sex=cat:male,female; class=cat:First,Second,Third; alone=bool",
                {"survived": "label"}),
    # R, SAS, H2O, Azure
    "write.csv": ("X=rows; mpg=x:10..34; wt=x:1.5..5.4; am=i:0..1", {"X": "id"}),
    "caret": ("pred=cat:No,Yes; obs=cat:No,Yes; No=x:0..1; Yes=x:0..1; rowIndex=unique; Resample=few",
              {"pred": "prediction:model", "obs": "label", "rowIndex": "id", "No": "probability:model:No",
               "Yes": "probability:model:Yes"}),
    "tidymodels": (".pred_class=cat:No,Yes; .pred_No=x:0..1; .pred_Yes=x:0..1; truth=cat:No,Yes; .row=rows",
                   {".pred_class": "prediction:model", ".pred_No": "probability:model:No",
                    ".pred_Yes": "probability:model:Yes", "truth": "label", ".row": "id"}),
    "broom": ("mpg=x:10..34; .fitted=x:10..34; .resid=x:-5..5", {".fitted": "prediction:model"}),
    "plants": ("weight=x:3.6..6.3; group=cat:ctrl,trt1,trt2", {"group": "group"}),
    "balanced": ("a=x:0..9; y=i:0..1; weight=x:0.4..1.6", {"y": "label", "weight": "weight"}),
    "people": ("height=x:140..200; weight=x:45..120; age=i:18..90; sex=cat:f,m", {}),
    "h2o": ("age=i:1..90; survived=i:0..1; predict=i:0..1; p0=x:0..1; p1=x:0..1",
            {"survived": "label", "predict": "prediction:model", "p0": "probability:model:0",
             "p1": "probability:model:1"}),
    "sas": ("LOAN=x:1..9; BAD=i:0..1; target=i:0..1; P_target1=x:0..1; P_target0=x:0..1",
            {"target": "label", "P_target1": "probability:model:1", "P_target0": "probability:model:0"}),
    "azure": ("age=i:1..90; label=i:0..1; Scored Labels=i:0..1; Scored Probabilities=x:0..1",
              {"label": "label", "Scored Labels": "prediction:model", "Scored Probabilities": "probability:model"}),
    # medicine
    "wisconsin": ("id=unique; diagnosis=cat:B,M; radius_mean=x:6..28; Unnamed: 32=empty",
                  {"id": "id", "diagnosis": "label", "Unnamed: 32": "ignore"}),
    "ham10000": ("lesion_id=many; image_id=code; dx=cat:nv,mel,bkl,bcc; dx_type=few; age=i:0..85; sex=cat:f,m",
                 {"lesion_id": "ignore", "image_id": "id", "dx": "label"}),
    "rsna": ("patientId=many; x=x:0..835; y=x:0..899; width=x:0..528; height=x:0..942; Target=i:0..1",
             {"patientId": "ignore", "Target": "label"}),
    "chexpert": ("Path=file; Sex=cat:Female,Male; Age=i:18..90; Edema=i:-1..1; Pneumonia=i:-1..1", {"Path": "media"}),
    "films": ("patient_id=many; StudyInstanceUID=code; study_date=time; finding=cat:effusion,none; cnn_prob=x:0..1",
              {"patient_id": "ignore", "StudyInstanceUID": "id", "study_date": "time", "finding": "label",
               "cnn_prob": "probability:cnn"}),
    "reader study": ("case_no=rows; reader=few; ground truth=cat:neg,pos; AI score=x:0..1; BI-RADS=i:1..5",
                     {"case_no": "id", "ground truth": "label", "AI score": "probability:AI"}),
    "redcap": ("record_id=rows; redcap_event_name=few; dob=time; visit_date=time; bmi=x:15..50; outcome=cat:no,yes",
               {"record_id": "id", "visit_date": "time", "outcome": "label"}),
    "mimic": ("subject_id=many; hadm_id=unique; admittime=time; los=x:0..90; hospital_expire_flag=i:0..1",
              {"subject_id": "ignore", "hadm_id": "id", "admittime": "time", "hospital_expire_flag": "label"}),
    "folds": ("patient_id=unique; fold=i:0..4; split=cat:test,train,val; target=i:0..1; oof_pred=x:0..1",
              {"patient_id": "id", "fold": "group", "split": "group", "target": "label",
               "oof_pred": "probability:oof"}),
    # names that mislead
    "waves": ("P_wave=x:0..0.2; p_value=x:0..1; P_axis=x:0..0.9; label=i:0..1", {"label": "label"}),
    "scores": ("credit_score=x:0..1; apgar_score=i:0..1; similarity score=x:0..1; label=i:0..1", {"label": "label"}),
    "virus": ("COVID=i:0..1; PAID=unique; grid=unique; problem=few; predictor=x:0..1", {}),
    "counted": ("day=rows; sales=x:0..9; temperature=x:-9..30", {}),
    "two outcomes": ("age=i:1..90; death=i:0..1; readmitted=i:0..1", {}),
    "many classes": ("a=x:0..9; label=cat:a,b,c; confidence=x:0..1; score=x:0..1", {"label": "label"}),
    "names in few rows": ("age=i:1..90; town=few; label=i:0..1; contact=many", {"label": "label"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_what_is_guessed(name: str) -> None:
    table, expected = SETS[name]
    columns = roles(table)
    assert {column.name: said(column) for column in columns if column.role != "feature"} == expected
    assert not faults(columns)


def test_text_that_nearly_every_row_has_its_own_of_is_no_feature() -> None:
    """Of forty rows it is a category by its kind."""
    names = Candidate("contact", Kind.CATEGORY, Facts(distinct=38, top=(Count("Ada", 2), Count("Bo", 2))), 40)
    sites = Candidate("site", Kind.CATEGORY, Facts(distinct=5, top=(Count("A", 20),)), 40)
    assert [column.role for column in guessed([candidate("a", "x:0..1", 40), names, sites])] == [
        "feature", "ignore", "feature",
    ]  # fmt: skip
