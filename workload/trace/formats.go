package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"wavetank/workload/table"
)

// Format is a form of trace that is known by its name.
type Format struct {
	Name  string
	About string
	Table func() Columns // nil for one that is not read line by line
}

// formats lists the forms of traces. Those of tables are told apart by their first line.
var formats = []Format{
	{"azure-llm", "Azure LLM inference trace of 2023 or 2024", AzureLLM},
	{"mooncake", "Mooncake: JSON lines with the blocks of each prompt", Mooncake},
	{"burstgpt", "BurstGPT", func() Columns { return BurstGPT("", "") }},
	{"length-table", "lengths, with what an endless prefix cache holds of each prompt", LengthTable},
	{"servegen", "folder of ServeGen clients: a generator", nil},
	{"azure-functions-2019", "Azure Functions invocations per minute", nil},
	{"csv", "comma-separated values whose columns are named", nil},
	{"jsonl", "JSON lines whose members are named", nil},
}

// Formats lists the forms of traces that are known by name.
func Formats() []Format { return slices.Clone(formats) }

// ErrUnknownForm is that of a file whose first line tells no form of trace.
var ErrUnknownForm = errors.New("its first line is of no known form")

// Detect returns the name of the form of a trace: of a folder by its files, of a file by its first line.
func Detect(f table.File) (string, error) {
	if f.Folder != nil {
		if folder, err := f.Folder(); err == nil {
			clients, err := fs.Glob(folder, "*-trace.csv*")
			if err == nil && len(clients) == 0 {
				err = errors.New("the folder has no file *-trace.csv of a client")
			}
			if err != nil {
				return "", &table.Fault{File: f.Name, Err: err}
			}
			return "servegen", nil
		}
	}
	in, err := table.OpenLines(f)
	if err != nil {
		return "", err
	}
	name, err := detect(in)
	bad := in.End() // the form says nothing of a file that cannot be read
	if wrong := in.Close(); bad == nil && wrong != nil {
		bad = &table.Fault{File: f.Name, Err: wrong}
	}
	if bad != nil {
		return "", bad
	}
	return name, err
}

func detect(in *table.Lines) (string, error) {
	line, ok := in.Next()
	if !ok {
		return "", errors.Join(in.End(), in.Whole(errors.New("the file has no line")))
	}
	names := table.Fields(line, table.Separator(line))
	has := func(column string) bool { return slices.Contains(names, column) }
	object := line[0] == '{'
	if object {
		names = table.Members(line)
		has = func(name string) bool { return strings.Contains(string(line), `"`+name+`"`) }
	} else if has(functionColumn) {
		return "azure-functions-2019", nil
	}
	for _, f := range formats {
		if f.Table == nil || f.Table().JSON != object {
			continue
		}
		c := f.Table()
		if !slices.ContainsFunc(c.named(), func(n usedColumn) bool { return !n.optional && !has(n.column) }) {
			return f.Name, nil
		}
	}
	form := "csv"
	if object {
		form = "jsonl"
	}
	if bytes.IndexByte(line, 0) >= 0 || !utf8.Valid(line) {
		return "", in.Whole(fmt.Errorf("%w: the file is binary, not text", ErrUnknownForm))
	}
	return "", in.Whole(fmt.Errorf("%w; where it is %s, say which of its columns are what; there are %s", ErrUnknownForm, form, table.Listed(names)))
}
