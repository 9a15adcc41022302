package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// errEmpty is the fault of a file without content.
var errEmpty = errors.New("the file is empty")

// errBinary is the fault of a file whose first line is not text.
var errBinary = errors.New("the file is binary, not text")

// errCut is the fault of a text that ends too early.
var errCut = fmt.Errorf("the file is cut short: %w", io.ErrUnexpectedEOF)

// widest is the most memory that a zstd stream may need, in bytes. The zstd command has the same
// limit.
const widest = 128 << 20

// Decompress returns the text of a file. If the first bytes of the file are those of gzip, zstd or
// xz, the file is decompressed; otherwise it is plain text. The text is nil for an empty file.
// Closing the text ends the decompression. It does not close in.
func Decompress(in io.Reader) (text io.ReadCloser, err error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	magic, err := buffered.Peek(6)
	switch {
	case len(magic) == 0 && err == io.EOF:
		return nil, nil
	case err != nil && err != io.EOF:
		return nil, err
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", cutShort(err))
		}
		return z, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(widest))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		return z.IOReadCloser(), nil
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ\x00")):
		z, err := xz.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("xz: %w", cutShort(err))
		}
		return io.NopCloser(z), nil
	}
	return io.NopCloser(buffered), nil
}

// cutShort replaces an unexpected end of a file by an error that says that the file is cut short.
func cutShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// Content returns the whole text of a file, plain or compressed. It returns an error if the text
// has more than most bytes.
func (f File) Content(most int64) (data []byte, err error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	text, err := Decompress(in)
	if err == nil && text != nil {
		data, err = ReadAll("its text", text, most)
		err = errors.Join(err, text.Close())
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, &FileError{File: f.Name, Err: cutShort(err)}
	}
	return data, nil
}
