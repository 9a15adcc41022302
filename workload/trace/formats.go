package trace

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

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
	{"azure-llm", "Azure LLM inference trace of 2023 or 2024, or of multimodal requests of 2025", AzureLLM()},
	{"qwen-bailian", "Qwen-Bailian: JSON lines with chats and the blocks of each prompt", QwenBailian()},
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
	{"access-log", "access log of NGINX or Envoy, without lengths", AccessLog{}},
	{"rates", "request rates over time: a table, or the answer to a range query of Prometheus", Rates{}},
	{"lengths", "lengths of prompts and answers, without times", Population{}},
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
	if usual, err := records.UsualPattern(f); err == nil && usual != nil {
		return "access-log", nil
	}
	plain, kind, err := records.Open(f)
	if err != nil {
		return "", err
	}
	found, _, broken := columnsOf(plain)
	if broken == nil {
		for _, r := range recordForms {
			if r.matches(kind, found) {
				return r.name, nil
			}
		}
	}
	switch kind {
	case "prometheus":
		return "rates", nil
	case "sharegpt":
		return "lengths", nil
	}
	in, err := table.Open(f)
	if err != nil {
		return "", err
	}
	form := detect(in)
	bad := in.Broken() // a file that cannot be read has another fault than its form
	if wrong := in.Close(); bad == nil && wrong != nil {
		bad = in.Whole(wrong)
	}
	if bad != nil {
		return "", bad
	}
	if c, is := form.Form.(Columns); is {
		return form.Name, lawful(f, form.Name, c)
	}
	if form.Name != "" {
		return form.Name, nil
	}
	if broken != nil {
		return "", broken
	}
	return other(f, in.JSON(), found)
}

// lawful returns an error if a trace with the members of a form does not obey the law of the form.
func lawful(f table.File, name string, c Columns) error {
	if c.Prefix == "" {
		return nil
	}
	l, err := lawOf(f, c)
	if err == nil {
		err = l.check(f, name, c)
	}
	return err
}

// detect returns the form of requests or invocations whose columns a file has.
func detect(in *table.Reader) NamedForm {
	for _, f := range forms {
		c, is := f.Form.(Columns)
		if f.Name == "azure-functions-2019" && !in.JSON() && in.Has(functionColumn) {
			return f
		}
		if is && c.JSON == in.JSON() && !slices.ContainsFunc(c.names(), func(name string) bool { return !in.Has(name) }) {
			return f
		}
	}
	return NamedForm{}
}

// other returns the form of a file that has the columns of none of the forms of requests.
func other(f table.File, json bool, found []string) (string, error) {
	at := table.FindColumn(found, records.Sent...)
	input, output := table.FindColumn(found, records.Inputs...), table.FindColumn(found, records.Outputs...)
	if _, named, err := (Rates{}).look(f); err == nil && named {
		return "rates", nil
	}
	if at == "" && input != "" && output != "" && !slices.ContainsFunc(found, measures) {
		return "lengths", nil
	}
	form := "csv"
	if json {
		form = "jsonl"
	}
	at = cmp.Or(at, table.FindColumn(found, rateTimes...))
	hint := ""
	for _, flag := range [][2]string{{"time", at}, {"input", cmp.Or(input, table.FindColumn(found, "in"))}, {"output", cmp.Or(output, table.FindColumn(found, "out"))}} {
		if flag[1] != "" {
			hint += fmt.Sprintf(" --%s %q", flag[0], flag[1])
		}
	}
	if at != "" {
		hint = fmt.Sprintf(", perhaps --format %s%s", form, hint)
	} else {
		hint = ""
	}
	if slices.ContainsFunc(found, measures) {
		hint += ", or, if it holds means measured at several loads, read it with wavetank fit points"
	}
	return "", &table.FileError{File: f.Name, Err: fmt.Errorf("%w; name its columns under %s%s; the columns are %s", ErrUnknownForm, form, hint, table.Listed(found))}
}

// measures reports whether a column belongs to measurements, not to a population of lengths.
func measures(column string) bool {
	base, _, _ := table.UnitOf(column)
	return strings.Contains(base, "ttft") || strings.Contains(base, "tpot") || slices.Contains([]string{"concurrency", "e2e", "latency", "rate", "clients"}, base)
}
