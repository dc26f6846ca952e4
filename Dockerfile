# Crossmodal for a container: python:slim, an own user, no compiler, no system packages (every wheel brings its libraries).
#   docker build -t crossmodal .
#   docker run -p 8501:8501 --memory 2700m --tmpfs /tmp:size=256m -v crossmodal-clips:/var/lib/crossmodal crossmodal
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    HF_HUB_OFFLINE=1 CROSSMODAL_CLIPS=/var/lib/crossmodal/clips

RUN useradd --create-home --uid 1000 crossmodal \
    && install --directory --owner crossmodal --mode 700 /var/lib/crossmodal
WORKDIR /srv/crossmodal

COPY requirements.txt constraints.txt ./
# The pinned torchaudio wheel needs torch's CUDA libraries even on a CPU, about 5 GB of the image. Where an index of CPU
# builds is reachable, name it: --build-arg TORCH_CPU_INDEX=URL takes both from there, in the pinned versions, which
# saves those. Where that fails, or the two do not import beside each other, the pinned wheels are used after all.
ARG TORCH_CPU_INDEX=""
RUN if [ -n "$TORCH_CPU_INDEX" ]; then \
      grep -E '^torch(audio)?==' requirements.txt > /tmp/torch.txt; \
      { pip install --index-url "$TORCH_CPU_INDEX" -r /tmp/torch.txt && python -c 'import torch, torchaudio'; } \
      || pip uninstall --yes torch torchaudio; \
    fi; \
    pip install -r requirements.txt && python -c 'import torch, torchaudio'

COPY app.py LICENSE README.md ./
COPY .streamlit .streamlit
COPY models models
COPY crossmodal crossmodal

USER crossmodal
VOLUME /var/lib/crossmodal
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
