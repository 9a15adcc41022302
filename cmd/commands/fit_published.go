package commands

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/workload/table"
)

// published holds the files of a measured run: its log, the settings of the engine, and the tokens
// of its prompts.
type published struct {
	log      string
	settings settings // the file nearest to the log first
	prompts  string
	series   string // file with a series of how full the KV cache was
}

// findRun finds the files of a published run in a folder. If path is a file, it is the log alone.
func findRun(path string) (p published, err error) {
	info, err := table.Stat(path)
	if err != nil {
		return p, err
	}
	if !info.IsDir() {
		return published{log: path}, nil
	}
	var logs, others []string
	err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch name := strings.TrimSuffix(strings.ToLower(d.Name()), ".gz"); filepath.Ext(name) {
		case ".jsonl", ".csv":
			if begin := opening(file); strings.Contains(begin, "tok_ids") || strings.Contains(begin, "token_ids") {
				p.prompts = file
			} else if strings.HasPrefix(name, "requests.") {
				logs = append(logs, file)
			} else if strings.Contains(begin, "kv_cache_pct") || strings.Contains(begin, "kv_cache_usage") {
				p.series = file
			}
		case ".json", ".yaml", ".yml":
			others = append(others, file)
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	if len(logs) != 1 {
		return p, fmt.Errorf("%s: there should be one log, requests.jsonl or requests.csv; there are %d: %s", path, len(logs), strings.Join(logs, ", "))
	}
	p.log = logs[0]
	beside := func(file string) bool { return filepath.Dir(file) == filepath.Dir(p.log) }
	slices.SortStableFunc(others, func(a, b string) int {
		switch {
		case beside(a) && !beside(b):
			return -1
		case beside(b) && !beside(a):
			return 1
		}
		return 0
	})
	var faults []error
	for _, file := range others {
		a, err := readArguments(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		p.settings = append(p.settings, a)
	}
	if p.prompts == "" {
		p.prompts = p.dataset()
	}
	return p, errors.Join(faults...)
}

// opening returns the beginning of a file, decompressed if necessary. It returns "" if the file
// cannot be read.
func opening(file string) string {
	const enough = 4096
	f, err := table.OpenFile(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := table.Decompress(f)
	if err != nil || text == nil {
		return ""
	}
	defer text.Close()
	begin, _ := io.ReadAll(io.LimitReader(text, enough)) // as much as can be read
	return string(begin)
}

// dataset finds the file of prompts that the settings name. It looks in the folder of the log and
// the folders above. It returns "" if there is no such file.
func (p *published) dataset() string {
	for _, a := range p.settings {
		name, _, ok := a.Text("dataset_path")
		if !ok {
			continue
		}
		const most = 8 // number of folders to look in
		folder := filepath.Dir(p.log)
		for range most {
			if file := filepath.Join(folder, name); filepath.IsLocal(name) && strings.Contains(opening(file), "tok_ids") {
				return file
			}
			folder = filepath.Join(folder, "..")
		}
	}
	return ""
}
