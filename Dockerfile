# docker run --rm -v "$PWD:/work" IMAGE audit
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base cmake perl linux-headers git
WORKDIR /src
COPY . .
RUN cargo install --path . --locked --root /out --features vendored --bin shelflife

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/bin/shelflife /shelflife
# The owner of what is mounted is seldom the user within.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt HOME=/tmp
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/shelflife"]
CMD ["audit"]
