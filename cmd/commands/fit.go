package commands

import (
	"errors"

	"github.com/spf13/cobra"
)

func fitCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "fit log|points|kernels|batch|sample",
		Short: "Fit the times of an engine to measurements, or compare a model with them",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return input(errors.New("fit to what? one of log, points, kernels, batch; or sample, to try it"))
		},
	}
	c.AddCommand(fitLogCommand(), fitPointsCommand(), fitKernelsCommand(), fitBatchCommand(), fitSampleCommand())
	return c
}
