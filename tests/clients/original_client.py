"""A client in the habits of the original server's tests and web page: every number is text, paths end in a slash, pictures are
placeholders, a job runs step by step, and the server is reset at the end."""

import base64
import time

import requests

BASE_URL = "http://localhost:8000"
DUMMY = "DUMMY_IMAGE_DATA"
FORM = {
    "test_mode": "true",
    "bg_model": "flux",
    "seed": "-1",
    "width": "512",
    "height": "512",
    "strength": "0.6",
    "guidance_scale": "3.5",
    "num_inference_steps": "4",
    "composition_strength": "0.4",
    "text_content": "신메뉴",
}


def run(**fields) -> dict:
    """Starts a job and waits for its end."""
    started = requests.post(f"{BASE_URL}/generate/", json={**FORM, **fields})
    assert started.status_code == 200, started.text
    job_id = started.json()["job_id"]
    while True:
        job = requests.get(f"{BASE_URL}/status/{job_id}/").json()
        if job["status"] not in ("pending", "running"):
            assert job["status"] == "completed", job["message"]
            return job
        time.sleep(0.3)


def recommended(usage: str) -> str:
    """The first face that is good for this."""
    fonts = requests.get(f"{BASE_URL}/fonts/metadata/").json()["fonts"]
    return next(f["name"] for f in fonts if usage in f["usage"])


def main():
    requests.post(f"{BASE_URL}/server-reset/").raise_for_status()
    font = recommended("promotion")

    background = run(start_step="1", stop_step="1", product_image=DUMMY)
    assert background["final_result"] == background["step1_result"] and background["step2_result"] is None

    letters = run(start_step="2", stop_step="2", step1_image=background["step1_result"], font_name=font)
    assert letters["final_result"] == letters["step2_result"]

    whole = run(start_step="3", step1_image=background["step1_result"], step2_image=letters["step2_result"])
    assert whole["final_result"] not in (whole["step1_result"], whole["step2_result"])

    only = run(start_step=1, product_image="string", text_content=None)
    assert only["final_result"] == only["step1_result"]

    refused = requests.post(f"{BASE_URL}/generate", json={**FORM, "test_mode": "false", "engine": "draft", "product_image": DUMMY})
    assert refused.status_code == 400 and refused.json()["detail"][0]["loc"] == ["body", "product_image"], refused.text
    assert requests.post(f"{BASE_URL}/clip-score", json={}).status_code == 501

    reset = requests.post(f"{BASE_URL}/server-reset").json()
    assert reset["removed_jobs"] == 4 and reset["total_jobs"] == 0, reset
    with open("output.png", "wb") as file:
        file.write(base64.b64decode(whole["final_result"]))
    print(f"{font}: {reset['message']}")


if __name__ == "__main__":
    main()
