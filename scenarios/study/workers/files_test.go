package workers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/study"
)

const mineScript = "def score(request, replica):\n    return -replica.outstanding\n"

// readingScenario is a scenario that reads three files: below its folder, beside it, and by an
// absolute path.
func readingScenario(absolute string) string {
	policies := "[{name: a, allocator: {static-mean: {capacity: utilization}}, router: {starlark: {file: below/a.star}}}, {name: b, allocator: {static-mean: {capacity: utilization}}, router: {starlark: {file: ../b.star}}}, {name: c, allocator: {static-mean: {capacity: utilization}}, router: {starlark: {file: " + absolute + "}}}]"
	return strings.Replace(queueScenario, allPolicies, policies, 1)
}

// TestFilesGoToTheWorkers: the worker opens only what was sent, so the files may be gone when it
// begins.
func TestFilesGoToTheWorkers(t *testing.T) {
	root := t.TempDir()
	home, absolute := filepath.Join(root, "home"), filepath.Join(root, "c.star")
	if err := os.MkdirAll(filepath.Join(home, "below"), 0o777); err != nil {
		t.Fatal(err)
	}
	files := []string{filepath.Join(home, "below", "a.star"), filepath.Join(root, "b.star"), absolute}
	for _, path := range files {
		if err := os.WriteFile(path, []byte(mineScript), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	server := serve(t)
	w := sweepOf(t, server.Address(), readingScenario(absolute), func(f *file.Loaded) { f.In(home, false) }, []string{"fleet[0].max"}, []string{"2"})
	ended := make(chan error)
	go func() { ended <- w.Run(t.Context(), w.tasks) }()
	crewOf(t, server.Address()) // the sweep is there
	for _, path := range files {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	work(t, overTCP(server.Address()), nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.check(t)
}

// TestAWorkerOpensNoFileOfItsOwn: a scenario names files that were not sent, with paths that lead
// to files of the computer.
func TestAWorkerOpensNoFileOfItsOwn(t *testing.T) {
	root := t.TempDir()
	secret := filepath.Join(root, "secret.star")
	if err := os.WriteFile(secret, []byte(mineScript), 0o666); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "worker")
	for _, name := range []string{secret, "../secret.star", "../../secret.star", "../../../secret.star", "a/../../../../secret.star"} {
		text := strings.Replace(queueScenario, allPolicies, "[{name: a, allocator: {static-mean: {capacity: utilization}}, router: {starlark: {file: "+name+"}}}]", 1)
		s := settings{work: &SweepWork{File: "queue.yaml", Text: []byte(text)}, layout: layoutOf(folder, nil)}
		if _, err := s.experiment(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("%s: error %v", name, err)
		}
		if path := s.layout.at(name); !strings.HasPrefix(path, folder+string(filepath.Separator)) {
			t.Errorf("%s lies at %s", name, path)
		}
	}
}

// TestDifferentFilesHaveDifferentPlaces, and a name that leads up has the place that it leads to.
func TestDifferentFilesHaveDifferentPlaces(t *testing.T) {
	names := []string{"a", "b/a", "../a", "../../a", "../b/a", "/a", "/b/a"}
	var files []WorkFile
	for _, name := range names {
		files = append(files, WorkFile{Name: name})
	}
	l := layoutOf("/root", files)
	at := map[string]string{}
	for _, name := range names {
		path := l.at(name)
		if other, taken := at[path]; taken {
			t.Errorf("%s and %s lie at %s", name, other, path)
		}
		at[path] = name
		if !filepath.IsAbs(name) && path != filepath.Join(l.folder(), filepath.FromSlash(name)) {
			t.Errorf("%s lies at %s, in %s", name, path, l.folder())
		}
	}
}

// TestEveryTaskIsAssigned: an assignment of a task has its name again.
func TestEveryTaskIsAssigned(t *testing.T) {
	w := sweepOf(t, nil, queueScenario, nil, []string{"fleet[0].max"}, []string{"1"}, []string{"2"})
	for _, task := range w.tasks {
		a := assign(w.Study, &task)
		e := w.Study.Cells[task.Runs[0].Cell].Experiment
		if name, err := study.TaskName(e, a.Policy, a.Replications[0]); err != nil || name != task.Name {
			t.Errorf("task %.12s is assigned as %.12s, %v", task.Name, name, err)
		}
	}
}
