package commands

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"wavetank/cmd/archive"
	"wavetank/sim/simtest/golden"
)

// printed returns what a command line prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, err bytes.Buffer
	if code := run(t.Context(), args, &out, &err); code != 0 {
		t.Fatalf("%q: exit code %d, %s", args, code, err.String())
	}
	return out.String()
}

// TestJobsOfClusters compares the jobs of clusters with golden files, and carries out their command
// lines as the cluster would: a shell for Slurm, the arguments of the container for Kubernetes. The
// shards of both are those of the command line that was given.
func TestJobsOfClusters(t *testing.T) {
	sweep := []string{"sweep", "mm1", "--vary", "seed=1,2", "--set", "duration=20s", "--set", "warmup=1s", "--set", "about=it's $(now) at $5", "--replications", "2", "--policy", "static-peak"}
	jobs := map[string]string{}
	for kind, file := range map[string]string{"slurm": "job.sh.golden", "kubernetes": "job.yaml.golden"} {
		jobs[kind] = printed(t, append(sweep, "--print", kind, "--shards", "3", "--parallel", "2", "--out", kind)...)
		golden.Check(t, filepath.Join("testdata", file), regexp.MustCompile(`-[0-9a-f]{8}\n`).ReplaceAllString(jobs[kind], "-HASH\n"))
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for k := range 3 {
		printed(t, append(sweep, "--quiet", "--shard", strconv.Itoa(k)+"/3", "--out", "direct")...)
		printed(t, containerArguments(t, jobs["kubernetes"], k)...)
	}
	direct := contentsOf(t, "direct")
	if got := contentsOf(t, "kubernetes"); len(direct) != 3 || !cmp.Equal(direct, got) {
		t.Errorf("the %d shards of Kubernetes differ from the %d of the command line", len(got), len(direct))
	}
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash to carry out the job of Slurm")
	}
	if err := os.WriteFile("sweep.sh", []byte(jobs["slurm"]), 0o666); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(program, filepath.Join(bin, "wavetank")); err != nil {
		t.Skip("links cannot be made here:", err)
	}
	for k := range 3 {
		c := exec.Command(shell, "sweep.sh")
		c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SLURM_ARRAY_TASK_ID="+strconv.Itoa(k))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if got := contentsOf(t, "slurm"); !cmp.Equal(direct, got) {
		t.Errorf("the %d shards of Slurm differ from the %d of the command line", len(got), len(direct))
	}
	if sbatch, err := exec.LookPath("sbatch"); err == nil {
		if out, err := exec.Command(sbatch, "--test-only", "sweep.sh").CombinedOutput(); err != nil {
			t.Errorf("sbatch: %v\n%s", err, out)
		}
	}
}

// containerArguments returns the arguments of the container of a Job for an index, after Kubernetes
// has put the index in.
func containerArguments(t *testing.T, job string, index int) []string {
	t.Helper()
	var j struct {
		Kind string `yaml:"kind"`
		Spec struct {
			CompletionMode string `yaml:"completionMode"`
			Completions    int    `yaml:"completions"`
			Template       struct {
				Spec struct {
					Containers []struct {
						Args []string `yaml:"args"`
					} `yaml:"containers"`
				} `yaml:"spec"`
			} `yaml:"template"`
		} `yaml:"spec"`
	}
	if err := yaml.Unmarshal([]byte(job), &j); err != nil {
		t.Fatal(err)
	}
	if j.Kind != "Job" || j.Spec.CompletionMode != "Indexed" || j.Spec.Completions != 3 || len(j.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("the job is %+v", j)
	}
	var args []string
	for _, a := range j.Spec.Template.Spec.Containers[0].Args {
		a = strings.ReplaceAll(a, "$$", "\x00")
		a = strings.ReplaceAll(a, "$(JOB_COMPLETION_INDEX)", strconv.Itoa(index))
		args = append(args, strings.ReplaceAll(a, "\x00", "$"))
	}
	return args
}

// TestJobsListTheFilesOfAScenario: the job of Kubernetes names the files that the volume needs.
func TestJobsListTheFilesOfAScenario(t *testing.T) {
	t.Chdir(t.TempDir())
	text := strings.Replace(queueScenario, "service: exponential, ", "", 1)
	text = strings.Replace(text, "arrivals: {poisson: {rate: 70/s}}", "arrivals: {csv: {file: speeds.csv, time: timestamp}}", 1)
	if err := os.Mkdir("my data", 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"queue.yaml": text, "speeds.csv": "timestamp\n1\n2\n"} {
		if err := os.WriteFile(filepath.Join("my data", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	job := printed(t, "sweep", "my data/queue.yaml", "--vary", "seed=1,2", "--print", "kubernetes", "--out", "s")
	if want := "Copy these files to it:\n#      my data/queue.yaml\n#      my data/speeds.csv\n"; !strings.Contains(filepath.ToSlash(job), want) {
		t.Errorf("the job does not list the files:\n%s", job)
	}
	job = printed(t, "sweep", "my data/queue.yaml", "--vary", "seed=1,2", "--print", "slurm")
	if want := "exec wavetank sweep 'my data/queue.yaml' --vary seed=1,2 \\\n"; !strings.Contains(job, want) {
		t.Errorf("the job does not carry out %s:\n%s", want, job)
	}
	var fault bytes.Buffer
	if code := run(t.Context(), []string{"sweep", "mm1", "--vary", "seed=1,2", "--print", "slurm", "--out", "a\nb"}, &bytes.Buffer{}, &fault); code != badInput || !strings.Contains(fault.String(), "a path with control characters") {
		t.Errorf("a folder with a line break in its name: exit code %d, %s", code, fault.String())
	}
}

// TestNamesOfJobsAreLabels: the name of a job is a label of DNS with at most 57 characters, so that
// the index of a pod has room behind it.
func TestNamesOfJobsAreLabels(t *testing.T) {
	label := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,55}[a-z0-9])?$`)
	for scenario, want := range map[string]string{
		"mm1": "wavetank-mm1-01234567", "My fleet_2.1": "wavetank-my-fleet-2-1-01234567", "Größe": "wavetank-gr--e-01234567", "_": "wavetank--01234567",
		strings.Repeat("long ", 12): "wavetank-long-long-long-long-long-long-long-long-01234567",
	} {
		if got := jobName(scenario, "0123456789abcdef"); got != want || !label.MatchString(got) {
			t.Errorf("%q has the job %q, not %q", scenario, got, want)
		}
	}
}

// TestTheImageHasTheCompilerOfTheModule: the Dockerfile compiles with the version of Go in go.mod.
func TestTheImageHasTheCompilerOfTheModule(t *testing.T) {
	image, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	used := regexp.MustCompile(`FROM golang:(\d+\.\d+) AS build\n`).FindSubmatch(image)
	named := regexp.MustCompile(`\ngo (\d+\.\d+)`).FindSubmatch(module)
	if used == nil || named == nil || !bytes.Equal(used[1], named[1]) {
		t.Errorf("the image uses %s, go.mod names %s", used, named)
	}
	if !strings.Contains(string(image), "docker build -t wavetank:"+archive.Version+" .\n") {
		t.Errorf("the Dockerfile does not name the image wavetank:%s, which the jobs use", archive.Version)
	}
}
