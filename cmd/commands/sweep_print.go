package commands

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wavetank/cmd/archive"
	"wavetank/reports/store"
	"wavetank/scenarios"
	"wavetank/scenarios/library"
	"wavetank/scenarios/study"
	"wavetank/sim/spelling"
)

// printOptions are the flags that ask for a job of a cluster instead of runs.
type printOptions struct {
	kind   string
	shards int
}

func printFlags(c *cobra.Command, o *printOptions) {
	c.Flags().StringVar(&o.kind, "print", "", "carry out nothing, but print a job that carries out all shards on a cluster: "+strings.Join(clusters(), " or "))
	countFlag(c.Flags(), &o.shards, "shards", 10, 1, study.MostShares, "with --print: number of shards")
}

// The job files of clusters, as templates of a clusterJob.
var (
	//go:embed assets/slurm.sh
	slurmJob string
	//go:embed assets/kubernetes.yaml
	kubernetesJob string
)

var jobOf = map[string]string{"slurm": slurmJob, "kubernetes": kubernetesJob}

func clusters() []string { return []string{"slurm", "kubernetes"} }

// check returns the faults of the flags, all joined.
func (o *printOptions) check(c *cobra.Command, scenario string) error {
	var faults []error
	if !c.Flags().Changed("print") {
		if c.Flags().Changed("shards") {
			faults = append(faults, errors.New("--shards goes with --print"))
		}
		return errors.Join(faults...)
	}
	if jobOf[o.kind] == "" {
		faults = append(faults, fmt.Errorf("--print %s: there is no such cluster%s", o.kind, spelling.Suggest(o.kind, clusters())))
	}
	for _, flag := range []string{"shard", "ledger", "full", "quiet", "format", "only"} {
		if c.Flags().Changed(flag) {
			faults = append(faults, fmt.Errorf("--%s does not go with --print", flag))
		}
	}
	if scenario == "-" {
		faults = append(faults, errors.New("--print: standard input is not there on a cluster; name a file"))
	}
	for _, path := range []string{scenario, c.Flag("out").Value.String(), c.Flag("cache").Value.String()} {
		if path != "" && o.kind == "kubernetes" && !filepath.IsLocal(path) {
			faults = append(faults, fmt.Errorf("--print kubernetes: %s: want a path within the working folder, because that is the volume of the job", path))
		}
		faults = append(faults, oneLine(path))
	}
	return errors.Join(faults...)
}

// oneLine returns an error if a comment of a job cannot name a path, because it has a line break or
// another control character.
func oneLine(path string) error {
	if strings.ContainsFunc(path, unicode.IsControl) {
		return fmt.Errorf("--print: %q: a path with control characters cannot be in a job", path)
	}
	return nil
}

// clusterJob is what the job of a cluster depends on.
type clusterJob struct {
	Scenario     string
	Name         string // of the job: lower-case letters, digits and hyphens
	Runs, Shards int
	CPUs         int    // of a shard
	Out          string // folder of the shards
	Image        string
	Arguments    []string // of wavetank, up to those of the shard
	Files        []string // that the sweep reads; none for a shipped scenario without files
}

// printJob prints the job of a cluster that carries out a sweep in shards.
func (o *sweepOptions) printJob(c *cobra.Command, name string, base *scenarios.Experiment, s *study.Study, m *store.Manifest) error {
	hash := m.Hash()
	job := clusterJob{
		Scenario: m.Scenario, Name: jobName(m.Scenario, hash), Runs: len(s.Runs()), Shards: o.print.shards,
		CPUs: 1, Out: o.shardFolder(m.Scenario, hash), Image: "wavetank:" + archive.Version, Arguments: sweepArguments(c, name),
	}
	if tasks, err := s.Tasks(); err != nil {
		return err
	} else if job.Shards > len(tasks) {
		return input(fmt.Errorf("--shards %d: the sweep has only %s that can go to different shards", job.Shards, count(len(tasks), "part", "parts")))
	}
	if c.Flags().Changed("parallel") {
		job.CPUs = o.parallel
	}
	if !slices.Contains(library.Names(), name) {
		job.Files = append(job.Files, name)
		for _, in := range base.Inputs {
			path := in.File
			if !filepath.IsAbs(path) {
				path = filepath.Join(filepath.Dir(name), path)
			}
			if err := oneLine(path); err != nil {
				return input(err)
			}
			job.Files = append(job.Files, path)
		}
	}
	t, err := template.New("job").Funcs(template.FuncMap{"shell": shellWord, "kubernetes": kubernetesArgument, "last": func(n int) int { return n - 1 }}).Parse(jobOf[o.print.kind])
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, job); err != nil {
		return err
	}
	_, err = c.OutOrStdout().Write(text.Bytes())
	return err
}

// ofOneProcess are the flags of sweep that are not part of a job: the job sets them itself, or they
// do not go with it.
var ofOneProcess = []string{"out", "parallel", "print", "shards"}

// sweepArguments returns the command line of a sweep again, without the flags of one process.
func sweepArguments(c *cobra.Command, name string) []string {
	args := []string{"sweep", name}
	c.Flags().Visit(func(f *pflag.Flag) {
		if slices.Contains(ofOneProcess, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, is := f.Value.(pflag.SliceValue); is {
			values = list.GetSlice()
		}
		for _, v := range values {
			if f.Value.Type() == "bool" {
				args = append(args, "--"+f.Name+"="+v)
				continue
			}
			args = append(args, "--"+f.Name, v)
		}
	})
	return args
}

// jobName makes the name of a job from the name of a scenario: a label of DNS (RFC 1123), also with
// the index of a pod behind it.
func jobName(scenario, hash string) string {
	const longest = 63 - len("wavetank--12345678-99999")
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(scenario))
	name = strings.Trim(name[:min(len(name), longest)], "-")
	return fmt.Sprintf("wavetank-%s-%.8s", name, hash)
}

// shellWord writes a word of a command line for a POSIX shell.
func shellWord(word string) string {
	special := strings.IndexFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./=,:%+@", r)
	})
	if word != "" && special < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// kubernetesArgument writes an argument of a container as JSON does, which is YAML, too. Kubernetes
// replaces $(NAME) in arguments, unless there are two dollars.
func kubernetesArgument(text string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(strings.ReplaceAll(text, "$(", "$$("))
	return strings.TrimSpace(b.String()), err
}
