# docker run --rm -v "$PWD:/work" IMAGE audit
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base cmake perl linux-headers git
WORKDIR /src
COPY . .
RUN cargo install --path . --locked --root /out --features vendored --bin shelflife
# The final image has nothing of its own, and the cache wants a place.
RUN mkdir -p /image/tmp /image/work /image/etc/ssl/certs \
    && chmod 1777 /image/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && cp /out/bin/shelflife /image/shelflife

FROM scratch
COPY --from=build /image/ /
# The owner of what is mounted is seldom the user within.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt HOME=/tmp
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/shelflife"]
CMD ["audit"]
