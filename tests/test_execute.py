"""Executed notebooks hold no trace of the run that made them."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from sco_analysis.rendering.execute import clean, describe_figures


def executed(*outputs, source="x", **metadata):
    cell = new_code_cell(source, outputs=list(outputs), execution_count=7, metadata=metadata)
    return new_notebook(
        cells=[cell], metadata={"papermill": {"duration": 1.5}, "language_info": {"name": "python", "version": "3.11"}}
    )


def test_times_and_versions_of_the_run_are_taken_out():
    """Papermill's and the kernel's records of the run are gone; what the notebook shall remember is there."""
    notebook = executed(papermill={"duration": 1}, execution={"iopub.status.busy": "now"}, tags=["parameters"])
    clean(notebook, {"version": "0.1.0"})
    assert notebook.metadata == {"language_info": {"name": "python"}, "sco_analysis": {"version": "0.1.0"}}
    assert notebook.cells[0].metadata == {"tags": ["parameters"]}
    assert notebook.cells[0].execution_count == 1


def test_the_injected_cell_has_a_fixed_id():
    """Papermill draws the id of the cell it injects by lot; ours is always the same."""
    notebook = executed(tags=["injected-parameters"])
    clean(notebook, {})
    assert notebook.cells[0].id == "injected-parameters"


def test_a_stream_is_joined_wherever_timing_split_it():
    """What was printed between two other outputs is one output a stream, stdout before stderr."""
    texts = [("stdout", "a"), ("stderr", "c"), ("stdout", "b <T at 0x7f3a>\n")]
    streams = [new_output("stream", name=name, text=text) for name, text in texts]
    last = new_output("stream", name="stdout", text="d")
    notebook = executed(*streams, new_output("display_data", data={"text/plain": "p"}), last)
    clean(notebook, {})
    outputs = [(output.get("name"), output.get("text")) for output in notebook.cells[0].outputs]
    assert outputs == [("stdout", "ab <T at 0x…>\n"), ("stderr", "c"), (None, None), ("stdout", "d")]


def test_names_drawn_by_lot_are_replaced():
    """The id of a styled table and the address of an object do not change from run to run."""
    data = {"text/html": '<style>#T_a1b2c {}</style><table id="T_a1b2c">', "text/plain": "<Thing at 0x7f3a>"}
    notebook = executed(new_output("execute_result", data=data))
    clean(notebook, {})
    assert notebook.cells[0].outputs[0].data == {
        "text/html": '<style>#T_1 {}</style><table id="T_1">',
        "text/plain": "<Thing at 0x…>",
    }


def test_pictures_get_the_words_of_the_record_their_cell_names(tmp_path):
    """Caption and alternative text come from the record of the figure that the picture's cell saved."""
    for stem in ("one", "two", "elsewhere"):
        record = {"alt": f"alt {stem}", "caption": f"caption {stem}", "data": "x"}
        (tmp_path / f"{stem}.json").write_text(json.dumps(record))
    pictures = [new_output("display_data", data={"image/png": "aaaa"}) for _ in range(2)]
    notebook = executed(*pictures, source='save_figure(ax, t, "two"); save_figure(bx, t, "one")')
    describe_figures(notebook, tmp_path)
    assert [output.metadata for output in notebook.cells[0].outputs] == [
        {"alt": "alt two", "caption": "caption two", "stem": "two"},
        {"alt": "alt one", "caption": "caption one", "stem": "one"},
    ]
    nbformat.validate(notebook)


def test_a_picture_that_carries_its_alt_text_finds_its_record(tmp_path):
    """A stem that is computed cannot be read in the cell; the alternative text leads to the record all the same."""
    (tmp_path / "share-chn.json").write_text(json.dumps({"alt": "Bars.", "caption": "Words."}))
    picture = new_output("display_data", data={"image/png": "aaaa"}, metadata={"image/png": {"alt": "Bars."}})
    notebook = executed(picture, source='save_figure(ax, t, f"share-{state}")')
    describe_figures(notebook, tmp_path)
    assert notebook.cells[0].outputs[0].metadata == {
        "image/png": {"alt": "Bars."},
        "alt": "Bars.",
        "caption": "Words.",
        "stem": "share-chn",
    }
