package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wavetank/policies/registry"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
)

func listCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "list policies|scenarios|machines|models|step-times",
		Short: "List policies, scenarios, machines, models or step-time models, one line each",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return input(fmt.Errorf("list what? one of policies, scenarios, machines, models, step-times"))
		},
	}
	for _, l := range []struct {
		name, about string
		lines       func(io.Writer) error
		old         []string // former names
	}{
		{"policies", "List the policies of each kind: " + kinds(), listPolicies, nil},
		{"scenarios", "List the shipped scenarios", listScenarios, nil},
		{"machines", "List the machine types of the built-in catalogue", listMachines, nil},
		{"models", "List the models of the built-in catalogue and their variants", listModels, nil},
		{"step-times", "List the step-time models of LLM engines", listStepTimes, []string{"laws"}},
	} {
		c.AddCommand(&cobra.Command{
			Use: l.name, Short: l.about, Args: cobra.NoArgs, Aliases: l.old,
			RunE: func(c *cobra.Command, _ []string) error {
				w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				if err := l.lines(w); err != nil {
					return err
				}
				return w.Flush()
			},
		})
	}
	return c
}

// kinds names the kinds of policies.
func kinds() string {
	var names []string
	for _, kind := range registry.Kinds() {
		names = append(names, kind.Name)
	}
	return strings.Join(names, ", ")
}

func listPolicies(w io.Writer) error {
	for _, kind := range registry.Kinds() {
		choice := kind.Fresh()
		for _, name := range choice.Names() {
			about, clairvoyant := choice.Describe(name)
			if clairvoyant {
				about += " † A yardstick: it knows the future."
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", kind.Name, name, about)
		}
	}
	return nil
}

func listScenarios(w io.Writer) error {
	for _, name := range library.Names() {
		f, err := file.Load(name, nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\n", name, f.Scenario.About)
	}
	return nil
}

func listMachines(w io.Writer) error {
	machines, err := builtin.Machines()
	if err != nil {
		return err
	}
	for _, m := range machines {
		gpus := "no GPU"
		if m.GPUs > 0 {
			gpus = fmt.Sprintf("%d × %s %v", m.GPUs, m.GPU, m.GPUMemory)
		}
		if m.MIG {
			gpus += ", MIG"
		}
		fmt.Fprintf(w, "%s\t%d cores\t%v\t%s\t%v\t%v to %v\n", m.Name, m.Cores, m.Memory, gpus, m.Price, m.IdleWatts, m.PeakWatts)
	}
	return nil
}

func listModels(w io.Writer) error {
	models, err := builtin.Models()
	if err != nil {
		return err
	}
	for _, m := range models {
		for _, v := range m.Variants {
			devices := ""
			for _, p := range v.Devices {
				devices += " " + p.Device + p.Suffix()
			}
			fmt.Fprintf(w, "%s\t%s\t%.2f %% %s\t%v\ton%s\n", m.Name, v.Name, v.Accuracy, m.Measure, v.Weights, devices)
		}
	}
	return nil
}

func listStepTimes(w io.Writer) error {
	models, err := builtin.StepTimes()
	if err != nil {
		return err
	}
	for _, m := range models {
		fmt.Fprintf(w, "%s\t%s\t%d × %s\t%s\n", m.Name, m.Model, m.GPUs, m.GPU, m.Source)
	}
	return nil
}
