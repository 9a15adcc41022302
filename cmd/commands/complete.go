package commands

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"wavetank/policies/registry"
	"wavetank/reports/tables"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/scenarios/strict"
)

// completeWords adds the completion of words on a command line to all commands: scenarios, results
// folders, policies, paths of settings and formats.
func completeWords(c *cobra.Command) {
	for _, sub := range c.Commands() {
		completeWords(sub)
	}
	first, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(c.Use, c.Name()+" "), "[]"), " ")
	switch {
	case c.ValidArgsFunction != nil:
	case first == "SCENARIO":
		c.ValidArgsFunction = begun(scenarioNames)
	case first == "POLICY":
		c.ValidArgsFunction = begun(policyThenScenarios)
	case strings.TrimRight(first, ".") == "DIR":
		c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	}
	for name, words := range map[string]cobra.CompletionFunc{
		"policy": policyNames, "set": settingPaths, "vary": settingPaths, "over": settingPaths, "format": formatNames, "as": formatNames, "machine": machineNames, "model": modelNames, "cloud": cloudNames,
	} {
		if f := c.Flags().Lookup(name); f != nil && (name != "format" || strings.Contains(f.Usage, plainText)) {
			// fails only if it is registered already
			_ = c.RegisterFlagCompletionFunc(name, begun(words))
		}
	}
}

// begun keeps the completions that begin with what is typed.
func begun(f cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		list, rule := f(c, args, word)
		return slices.DeleteFunc(list, func(text string) bool { return !strings.HasPrefix(text, word) }), rule
	}
}

// scenarioNames completes the name of a shipped scenario, or of a file.
func scenarioNames(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return library.Names(), cobra.ShellCompDirectiveDefault
}

// policyThenScenarios completes the name of a policy or of its file, and then those of scenarios.
func policyThenScenarios(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return library.Names(), cobra.ShellCompDirectiveDefault
	}
	list, _ := policyNames(c, args, word)
	return list, cobra.ShellCompDirectiveDefault
}

func formatNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return append(tables.Formats(), plainText), cobra.ShellCompDirectiveNoFileComp
}

func machineNames(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	list, _ := builtin.Machines() // without a catalogue there are no names
	for _, m := range list {
		names = append(names, m.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// modelNames completes the name of a model or of a variant.
func modelNames(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	list, _ := builtin.Models() // without a catalogue there are no names
	for _, m := range list {
		names = append(names, m.Name)
		for _, v := range m.Variants {
			if v.Name != m.Name {
				names = append(names, v.Name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// typed returns the scenario that a command line names so far. It returns nil if there is none, or
// if it has faults.
func typed(c *cobra.Command, args []string) *file.Scenario {
	name := ""
	switch {
	case len(args) > 0 && args[0] != "-":
		name = args[0]
	case len(args) == 0 && c.Name() == "run":
		name = "quickstart"
	default:
		return nil
	}
	f, err := file.Load(name, nil)
	if err != nil {
		return nil
	}
	return &f.Scenario
}

// policyNames completes the last name of a list: the policies of the scenario, then all allocators.
func policyNames(c *cobra.Command, args []string, word string) (list []string, _ cobra.ShellCompDirective) {
	var names []string
	if s := typed(c, args); s != nil {
		for _, p := range s.Policies {
			names = append(names, p.Name)
		}
	}
	for _, kind := range registry.Kinds() {
		if kind.Name == "allocator" {
			names = append(names, kind.Fresh().Names()...)
		}
	}
	before := word[:strings.LastIndexByte(word, ',')+1]
	for _, name := range names {
		if !slices.Contains(list, before+name) && !slices.Contains(strings.Split(before, ","), name) {
			list = append(list, before+name)
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}

// settingPaths completes the path of a setting: every path of the scenario, with its value.
func settingPaths(c *cobra.Command, args []string, _ string) (list []string, _ cobra.ShellCompDirective) {
	const rule = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	s := typed(c, args)
	if s == nil {
		return nil, rule
	}
	text, err := s.Resolved()
	if err != nil {
		return nil, rule
	}
	var document yaml.Node
	if err := yaml.Load(text, &document); err != nil {
		return nil, rule
	}
	eachSetting("", &document, func(path, value string) {
		list = append(list, path+"=\tnow "+value)
	})
	return list, rule
}

// eachSetting calls do for every value in a tree that is not a mapping or a list of mappings.
func eachSetting(path string, n *yaml.Node, do func(path, value string)) {
	switch {
	case n.Kind == yaml.DocumentNode:
		eachSetting(path, n.Content[0], do)
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			eachSetting(strict.Join(path, n.Content[i].Value), n.Content[i+1], do)
		}
	case n.Kind == yaml.SequenceNode:
		for i, e := range n.Content {
			eachSetting(path+"["+strconv.Itoa(i)+"]", e, do)
		}
	default:
		do(path, n.Value)
	}
}

// cloudNames completes the provider of machine types.
func cloudNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list, _ := builtin.Machines() // without a catalogue there are no names
	return providers(list), cobra.ShellCompDirectiveNoFileComp
}
