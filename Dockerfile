# syntax=docker/dockerfile:1
# Watchbook as a container: one binary, no root, no secrets, nothing of the build.

ARG RUST=1.94
ARG DEBIAN=trixie

# Not its slim variant: SQLite and a TLS library are built from C.
FROM docker.io/library/rust:${RUST}-${DEBIAN} AS builder
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --locked --profile dist --package watchbook && \
    install -D target/dist/watchbook /out/watchbook

FROM docker.io/library/debian:${DEBIAN}-slim
# Certificates for mail servers and databases whose authority is public; curl for the health check.
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl && \
    rm -rf /var/lib/apt/lists/* && \
    groupadd --gid 10001 watchbook && \
    useradd --uid 10001 --gid watchbook --no-create-home --shell /usr/sbin/nologin watchbook && \
    install --directory --owner watchbook --group watchbook --mode 700 /data /keys
COPY --from=builder /out/watchbook /usr/local/bin/watchbook
USER watchbook:watchbook
# /data: log, views and mails of a Watchbook of one machine. /keys: the key file, apart from it.
ENV WATCHBOOK_DATA=/data \
    WATCHBOOK_KEY_FILE=/keys/keys \
    WATCHBOOK_LISTEN=0.0.0.0:8080
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8080
# Whether the process lives. Whether it should get requests is /readyz, and the load balancer's to ask.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/healthz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["watchbook"]
CMD ["serve"]
