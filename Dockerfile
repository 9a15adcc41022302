# The program alone, in an empty image. Clones of the same commit and the same compiler give the same
# program, byte for byte. A ledger, shards and results are written into the working folder: mount it, and give it to
# the user 65532.
#
#   docker build -t wavetank:0.1.0 .
#   docker run --rm -v "$PWD:/work" wavetank:0.1.0 run quickstart
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w -buildid=' -o /wavetank ./cmd/wavetank

FROM scratch
COPY --from=build /wavetank /wavetank
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/wavetank"]
