package commands

import (
	"strings"

	"github.com/spf13/cobra"
)

// helpExamples are the command lines that --help shows, by command.
var helpExamples = map[string]string{
	"wavetank":                 "wavetank run\nwavetank init\nwavetank run scenario.yaml",
	"wavetank run":             "wavetank run\nwavetank run scenario.yaml --policy hpa,lp --replications 20\nwavetank run quickstart --set fleet[2].max=4 --set workload[0].slo.latency=300ms\nwavetank run scenario.yaml --until cost=1% --format json",
	"wavetank init":            "wavetank init\nwavetank init shop.yaml --model vit=20/s --model llama-3.1-8b=2/s\nwavetank init - --model resnet=100/s --machine aws/g4dn.xlarge --max 4",
	"wavetank show":            "wavetank show chat\nwavetank show quickstart",
	"wavetank version":         "wavetank version\nwavetank version --format json",
	"wavetank tune":            "wavetank tune scenario.yaml --budget 100 --out tuned\nwavetank tune quickstart --policy hpa --train 0-4 --test 5-9",
	"wavetank score":           "wavetank score hpa quickstart flash-crowd\nwavetank score mine.star quickstart --format json\nwavetank score '{follow: {headroom: 1.2}}' scenario.yaml --reference hpa",
	"wavetank check":           "wavetank check scenario.yaml\nwavetank check quickstart --set workload[0].arrivals.day-curve.mean=40/s\nwavetank check scenario.yaml --problem problem.lp",
	"wavetank list":            "wavetank list policies\nwavetank list machines --format csv",
	"wavetank list policies":   "wavetank list policies\nwavetank list policies --format json",
	"wavetank list scenarios":  "wavetank list scenarios",
	"wavetank list machines":   "wavetank list machines\nwavetank list machines --format csv",
	"wavetank list models":     "wavetank list models\nwavetank list models --format markdown",
	"wavetank list step-times": "wavetank list step-times",
	"wavetank schema":          "wavetank schema",
	"wavetank report":          "wavetank report results/quickstart-1f2e3d4c\nwavetank report results/quickstart-1f2e3d4c --baseline lp\nwavetank report results/quickstart-1f2e3d4c --full --format markdown",
	"wavetank compare":         "wavetank compare results/before results/after\nwavetank compare old=results/a new=results/b --margin 2% --metric cost_rate,slo_attainment\nwavetank compare a b c --baseline a --format csv --only contrasts",
	"wavetank validate":        "wavetank validate --quick\nwavetank validate --table theory.csv\nwavetank validate --coverage quickstart --replications 100 --group 10",
	"wavetank solve":           "wavetank solve problem.mps\nwavetank solve problem.lp --solution - --duals",
	"wavetank fit":             "wavetank fit log requests.csv --start llama-3.1-8b/h100/1 --out mine.yaml",
	"wavetank fit log":         "wavetank fit log requests.csv --start llama-3.1-8b/h100/1 --out mine.yaml\nwavetank fit log requests.csv --start llama-3.1-8b/h100/1 --compare",
	"wavetank fit points":      "wavetank fit points points.csv --start llama-3.1-8b/h100/1 --out mine.yaml",
	"wavetank fit batch":       "wavetank fit batch resnet_b1.csv resnet_b8.csv resnet_b32.csv --device l4 --cores 1 --memory 2GiB --gpu-memory 3GiB --out device.yaml",
	"wavetank fit kernels":     "wavetank fit kernels --dense dense.csv --attention attention.csv --layers 32 --out mine.yaml",
	"wavetank fit sample":      "wavetank fit sample --start llama-3.1-8b/h100/1 --out log.csv",
	"wavetank trace":           "wavetank trace inspect trace.csv\nwavetank trace fit trace.csv --out scenario.yaml",
	"wavetank trace inspect":   "wavetank trace inspect trace.csv --time at --unit ms --input prompt --output answer\nwavetank trace inspect trace.csv --as json",
	"wavetank trace fit":       "wavetank trace fit trace.csv --out scenario.yaml",
	"wavetank worker":          "wavetank worker --nats tls://nats.example.org --nats-creds me.creds\nwavetank worker --nats nats://127.0.0.1:4222 --parallel 8 --idle 10m",
	"wavetank completion":      "wavetank completion bash",
}

// giveExamples sets the examples of all commands.
func giveExamples(c *cobra.Command) {
	if text := helpExamples[c.CommandPath()]; text != "" {
		c.Example = "  " + strings.ReplaceAll(text, "\n", "\n  ")
	}
	for _, sub := range c.Commands() {
		giveExamples(sub)
	}
}
