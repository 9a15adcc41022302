package trace

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"wavetank/workload/records"
	"wavetank/workload/table"
)

// NamedForm is a form of traces that has a name.
type NamedForm struct {
	Name  string
	About string
	Form  RecordedForm // nil: the user must name the columns
}

// forms lists the forms of traces. The command wavetank trace and scenarios use this list. Detect
// recognises a form of type Columns by the first line of a file.
//
// A new form needs a file that returns Columns, or another RecordedForm, and a line here. If the
// form has parameters besides the file, it also needs a type in scenarios/file with a line in
// recordedKinds.
var forms = []NamedForm{
	{"azure-functions-2019", "Azure Functions invocations per minute", Invocations{}},
	{"azure-llm", "Azure LLM inference trace of 2023 or 2024", AzureLLM()},
	{"mooncake", "Mooncake: JSON lines with the blocks of each prompt", Mooncake()},
	{"burstgpt", "BurstGPT", BurstGPT("", "")},
	{"servegen", "folder of ServeGen clients: a generator", ServeGen{}},
	{"length-table", "lengths, with what an endless prefix cache holds of each prompt", LengthTable()},
	{"aiperf", "requests of NVIDIA AIPerf (profile_export.jsonl)", formOf("aiperf")},
	{"inference-perf", "requests of inference-perf (per_request_lifecycle_metrics.json)", formOf("inference-perf")},
	{"vllm-bench", "requests of vllm bench serve (--save-detailed)", formOf("vllm-bench")},
	{"guidellm", "requests of GuideLLM (benchmarks.json)", formOf("guidellm")},
	{"genai-perf", "requests of genai-perf (profile_export.json), without lengths", formOf("genai-perf")},
	{"otel", "spans of OpenTelemetry for generative AI, one object per line", formOf("otel")},
	{"otlp", "the same spans in the JSON of the OpenTelemetry protocol", formOf("otlp")},
	{"litellm", "spend logs of LiteLLM", formOf("litellm")},
	{"request-log", "request logs of Knative, without lengths", formOf("request-log")},
	{"weka", "an agentic session of WEKA", formOf("weka")},
	{"aibrix", "a workload of AIBrix", formOf("aibrix")},
	{"csv", "a table whose columns are named", nil},
	{"jsonl", "JSON objects whose members are named", nil},
}

// formOf returns the form of records with a name.
func formOf(name string) RecordedForm {
	return recordForms[slices.IndexFunc(recordForms, func(r Records) bool { return r.name == name })]
}

// Forms lists the forms of traces that have a name.
func Forms() []NamedForm { return slices.Clone(forms) }

// ErrUnknownForm is the error for a file whose first line is not that of a known form.
var ErrUnknownForm = errors.New("its first line is not that of a known form")

// Detect returns the name of the form of a trace. It recognises the form of a folder by its files,
// and that of a file by its first line.
func Detect(f table.File) (string, error) {
	if f.Folder != nil {
		if folder, err := f.Folder(); err == nil {
			clients, err := fs.Glob(folder, "*-trace.csv*")
			if err == nil && len(clients) == 0 {
				err = errors.New("the folder has no file *-trace.csv of a client")
			}
			if err != nil {
				return "", &table.FileError{File: f.Name, Err: err}
			}
			return "servegen", nil
		}
	}
	plain, kind, err := records.Open(f)
	if err != nil {
		return "", err
	}
	if found, _, err := columnsOf(plain); err == nil {
		for _, r := range recordForms {
			if r.matches(kind, found) {
				return r.name, nil
			}
		}
	}
	in, err := table.Open(f)
	if err != nil {
		return "", err
	}
	name, err := detect(in)
	bad := in.Broken() // a file that cannot be read has another fault than its form
	if wrong := in.Close(); bad == nil && wrong != nil {
		bad = in.Whole(wrong)
	}
	if bad != nil {
		return "", bad
	}
	return name, err
}

func detect(in *table.Reader) (string, error) {
	if !in.JSON() && in.Has(functionColumn) {
		return "azure-functions-2019", nil
	}
	for _, f := range forms {
		c, is := f.Form.(Columns)
		if !is || c.JSON != in.JSON() {
			continue
		}
		if !slices.ContainsFunc(c.names(), func(name string) bool { return !in.Has(name) }) {
			return f.Name, nil
		}
	}
	form := "csv"
	if in.JSON() {
		form = "jsonl"
	}
	return "", in.Whole(fmt.Errorf("%w; name its columns under %s; the columns are %s", ErrUnknownForm, form, table.Listed(in.Columns())))
}
