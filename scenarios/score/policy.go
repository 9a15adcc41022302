package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wavetank/policies/outside/script"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// Flag is what messages name in front of faults of a policy on a command line.
const Flag = "POLICY"

// Changes returns the changes that leave a scenario with one policy alone, as a command line names
// it:
//
//   - a policy of the scenario, or an allocator with its defaults: hpa
//   - a policy as scenario files have it: {follow: {headroom: 1.1}}
//   - a Starlark file: mine.star. What the file has no function for is that of the first policy of
//     the scenario that does not know the load beforehand.
//   - a program with its arguments: "python3 mine.py"
//
// Files of the last two are relative to the working folder. flag is what messages name.
func Changes(policy, flag string, s file.Scenario) ([]file.Change, error) {
	text, router, admission := "", "", ""
	var err error
	switch {
	case strings.HasPrefix(policy, "{"):
		text = policy
	case strings.HasSuffix(policy, ".star"):
		text, router, admission, err = scripted(policy, &s)
	case strings.Contains(policy, " "):
		text, err = program(policy)
	default:
		text, err = named(policy, &s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, policy, err)
	}
	list := []file.Change{{Path: "policies", Value: "[" + text + "]", Flag: flag}, {Path: "baseline", Value: `""`, Flag: flag}}
	if router != "" {
		list = append(list, file.Change{Path: "policies[0].router", Value: router, Flag: flag})
	}
	if admission != "" {
		list = append(list, file.Change{Path: "policies[0].admission", Value: admission, Flag: flag})
	}
	return list, nil
}

// named returns a policy of a scenario, or an allocator with its defaults, as YAML on one line.
func named(name string, s *file.Scenario) (string, error) {
	of := *s
	if err := of.Select([]string{name}); err != nil {
		return "", err
	}
	return written(&of.Policies[0])
}

// written returns a policy as YAML on one line.
func written(p *file.Policy) (string, error) {
	text, err := strict.Encode(*p)
	if err != nil {
		return "", err
	}
	d, err := strict.Parse(p.Name, text)
	if err != nil {
		return "", err
	}
	line, err := json.Marshal(d.Root().Plain()) // JSON is YAML on one line
	return string(line), err
}

// program returns the policy of a command line.
func program(line string) (string, error) {
	words := strings.Fields(line)
	for i, word := range words {
		if info, err := os.Stat(word); err == nil && !info.IsDir() {
			if words[i], err = filepath.Abs(word); err != nil {
				return "", err
			}
		}
	}
	run, err := json.Marshal(words)
	return fmt.Sprintf("{allocator: {command: {run: %s}}}", run), err
}

// scripted returns the policy of a Starlark file, and the levers that the file has, or "".
func scripted(name string, s *file.Scenario) (policy, router, admission string, err error) {
	text, err := table.ReadFile(name, strict.LargestFile)
	if err != nil {
		return "", "", "", err
	}
	p, err := script.Read(filepath.Base(name), text, script.DefaultSteps)
	if err != nil {
		return "", "", "", err
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", "", "", err
	}
	quoted, err := json.Marshal(path)
	lever := fmt.Sprintf("{starlark: {file: %s}}", quoted)
	has := func(function string, parameters int) bool { return p.Defines(function, parameters) == nil }
	if has(script.Score, script.ScoreParameters) {
		router = lever
	}
	if has(script.Admit, script.AdmitParameters) {
		admission = lever
	}
	switch {
	case err != nil:
	case has(script.Allocate, script.AllocateParameters):
		policy = "{allocator: " + lever + "}"
	case has(script.Predict, script.PredictParameters):
		policy = "{allocator: {follow: {forecast: " + lever + "}}}"
	case router == "" && admission == "":
		err = errors.New("it defines none of allocate(fleet), score(request, replica), admit(request, model) and forecast(history, steps)")
	default:
		policy, err = first(s)
	}
	return policy, router, admission, err
}

// first returns the first policy of a scenario that does not know the load beforehand.
func first(s *file.Scenario) (string, error) {
	for i := range s.Policies {
		if !s.Policies[i].Allocator.Clairvoyant() {
			return written(&s.Policies[i])
		}
	}
	return "", errors.New("every policy of the scenario knows the load beforehand, so there is none to combine it with")
}
