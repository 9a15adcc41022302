package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wavetank/policies/registry"
	"wavetank/reports/tables"
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
		table       func() (tables.Data, error)
		old         []string // former names
	}{
		{"policies", "List the policies of each kind: " + kinds(), listPolicies, nil},
		{"scenarios", "List the shipped scenarios", listScenarios, nil},
		{"machines", "List the machine types of the built-in catalogue", listMachines, nil},
		{"models", "List the models of the built-in catalogue and their variants", listModels, nil},
		{"step-times", "List the step-time models of LLM engines", listStepTimes, []string{"laws"}},
	} {
		var format formatOptions
		sub := &cobra.Command{
			Use: l.name, Short: l.about, Args: cobra.NoArgs, Aliases: l.old,
		}
		formatFlags(sub, &format, l.name)
		sub.RunE = func(c *cobra.Command, _ []string) error {
			if err := format.check(); err != nil {
				return err
			}
			d, err := l.table()
			if err != nil {
				return err
			}
			d.Key = l.name
			if format.isText() {
				return printLines(c.OutOrStdout(), d)
			}
			return format.write(c.OutOrStdout(), tables.Output{Data: []tables.Data{d}})
		}
		c.AddCommand(sub)
	}
	return c
}

// printLines prints the rows of a table without a head, for programs that work line by line.
func printLines(out io.Writer, d tables.Data) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range d.Texts() {
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	return w.Flush()
}

// kinds names the kinds of policies.
func kinds() string {
	var names []string
	for _, kind := range registry.Kinds() {
		names = append(names, kind.Name)
	}
	return strings.Join(names, ", ")
}

func listPolicies() (tables.Data, error) {
	d := tables.Data{Title: "Policies", Columns: tables.ColumnsOf("kind", "Kind", "policy", "Policy", "about", "What it does", "knows_future", "")}
	for _, kind := range registry.Kinds() {
		choice := kind.Fresh()
		for _, name := range choice.Names() {
			about, clairvoyant := choice.Describe(name)
			text := about
			if clairvoyant {
				text += " † A yardstick: it knows the future."
			}
			d.Add(kind.Name, name, tables.Shown{Value: about, Text: text}, clairvoyant)
		}
	}
	return d, nil
}

func listScenarios() (tables.Data, error) {
	d := tables.Data{Title: "Scenarios", Columns: tables.ColumnsOf("scenario", "Scenario", "about", "What it is about")}
	for _, name := range library.Names() {
		f, err := file.Load(name, nil)
		if err != nil {
			return d, err
		}
		d.Add(name, f.Scenario.About)
	}
	return d, nil
}

func listMachines() (tables.Data, error) {
	d := tables.Data{Title: "Machines", Columns: tables.ColumnsOf("machine", "Machine", "cores", "Cores", "memory_bytes", "Memory", "gpus", "GPUs",
		"gpu", "", "gpu_memory_bytes", "", "mig", "", "price_per_hour", "Price", "idle_watts", "Power", "peak_watts", "")}
	machines, err := builtin.Machines()
	if err != nil {
		return d, err
	}
	for _, m := range machines {
		gpus := "no GPU"
		if m.GPUs > 0 {
			gpus = fmt.Sprintf("%d × %s %v", m.GPUs, m.GPU, m.GPUMemory)
		}
		if m.MIG {
			gpus += ", MIG"
		}
		d.Add(m.Name, tables.Shown{Value: m.Cores, Text: fmt.Sprintf("%d cores", m.Cores)}, tables.Shown{Value: int64(m.Memory), Text: m.Memory.String()},
			tables.Shown{Value: m.GPUs, Text: gpus}, m.GPU, int64(m.GPUMemory), m.MIG,
			tables.Shown{Value: float64(m.Price), Text: m.Price.String()},
			tables.Shown{Value: float64(m.IdleWatts), Text: fmt.Sprintf("%v to %v", m.IdleWatts, m.PeakWatts)}, float64(m.PeakWatts))
	}
	return d, nil
}

func listModels() (tables.Data, error) {
	d := tables.Data{Title: "Models", Columns: tables.ColumnsOf("model", "Model", "variant", "Variant", "accuracy", "Accuracy", "measure", "",
		"weights_bytes", "Weights", "devices", "Devices")}
	models, err := builtin.Models()
	if err != nil {
		return d, err
	}
	for _, m := range models {
		for _, v := range m.Variants {
			var devices []string
			for _, p := range v.Devices {
				devices = append(devices, p.Device+p.Suffix())
			}
			list := strings.Join(devices, " ")
			d.Add(m.Name, v.Name, tables.Shown{Value: float64(v.Accuracy), Text: fmt.Sprintf("%.2f %% %s", v.Accuracy, m.Measure)}, m.Measure,
				tables.Shown{Value: int64(v.Weights), Text: v.Weights.String()}, tables.Shown{Value: list, Text: "on " + list})
		}
	}
	return d, nil
}

func listStepTimes() (tables.Data, error) {
	d := tables.Data{Title: "Step-time models", Columns: tables.ColumnsOf("name", "Name", "model", "Model", "gpus", "GPUs", "gpu", "", "source", "Source")}
	models, err := builtin.StepTimes()
	if err != nil {
		return d, err
	}
	for _, m := range models {
		d.Add(m.Name, m.Model, tables.Shown{Value: m.GPUs, Text: fmt.Sprintf("%d × %s", m.GPUs, m.GPU)}, m.GPU, m.Source)
	}
	return d, nil
}
