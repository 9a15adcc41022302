#!/bin/bash
# The sweep of {{.Scenario}}: {{.Runs}} runs in {{.Shards}} shards. wavetank must be in the PATH of the nodes.
# Submit this file in the folder in which the sweep would run. All nodes must share this folder.
#
#   sbatch sweep.sh
#
# When all shards are complete, put them together with the same program:
#
#   wavetank merge {{shell .Out}}
#
# If shards are missing then, submit the file again: complete shards end at once, and the others go
# on with the runs that they lack.
#SBATCH --job-name={{.Name}}
#SBATCH --array=0-{{last .Shards}}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{.CPUs}}
#SBATCH --requeue
set -eu
exec wavetank {{range .Arguments}}{{shell .}} {{end}}\
  --parallel {{.CPUs}} --shard "$SLURM_ARRAY_TASK_ID/{{.Shards}}" --out {{shell .Out}}
