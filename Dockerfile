# syntax=docker/dockerfile:1
# docker build -t tarjimon .                        CPU image
# docker build -t tarjimon:cuda --target cuda .     CUDA image
# docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:50051:50051 tarjimon

# --- build: the same steps as the README's, into a folder that the images copy
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY service ./service
COPY models/catalogue.toml ./models/catalogue.toml
COPY models/embedded ./models/embedded
RUN python3 -m venv /opt/tarjimon \
 && /opt/tarjimon/bin/pip install --no-cache-dir '.[auth,metrics]'

# --- cuda: CTranslate2's wheel finds cuBLAS and cuDNN in this image
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS cuda
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3=3.12.* python3-venv=3.12.* \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin tarjimon \
 && install -d -o tarjimon -g tarjimon /var/cache/tarjimon
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY service ./service
COPY models/catalogue.toml ./models/catalogue.toml
COPY models/embedded ./models/embedded
RUN python3 -m venv /opt/tarjimon \
 && /opt/tarjimon/bin/pip install --no-cache-dir '.[auth,metrics]' \
 && rm -rf /src/*
ENV PATH=/opt/tarjimon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TARJIMON_SERVER__HOST=0.0.0.0 \
    TARJIMON_MODELS__CACHE=/var/cache/tarjimon
USER 10001
EXPOSE 50051 9464
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["tarjimon", "health", "--server", "127.0.0.1:50051"]
# Plain text inside of the container's network is asked for on purpose; put TLS in front of it, or see docs/.
ENTRYPOINT ["tarjimon"]
CMD ["serve", "--insecure-public"]

# --- cpu: the default
FROM python:3.12-slim-bookworm AS cpu
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin tarjimon \
 && install -d -o tarjimon -g tarjimon /var/cache/tarjimon
COPY --from=build /opt/tarjimon /opt/tarjimon
ENV PATH=/opt/tarjimon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TARJIMON_SERVER__HOST=0.0.0.0 \
    TARJIMON_MODELS__CACHE=/var/cache/tarjimon
USER 10001
EXPOSE 50051 9464
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["tarjimon", "health", "--server", "127.0.0.1:50051"]
ENTRYPOINT ["tarjimon"]
CMD ["serve", "--insecure-public"]
