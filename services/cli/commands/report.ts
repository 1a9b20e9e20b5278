/** `curfew report access-review`: writes the report and its manifest into a folder. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import { readableJson } from "#core/domain/report/pack";
import { buildReport, reportFormats } from "#core/flows/report/build-report";
import { judgeDue } from "../judge.ts";
import {
  asOfOption,
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../options.ts";
import { Output } from "../output.ts";
import { reportPorts } from "../reports.ts";
import { lookClaim, openRuntime } from "../runtime.ts";

type ReportOptions = WorldOptions & AsOfOptions & { readonly out: string; readonly format: string };

export function addReport(program: Command): void {
  const report = program.command("report").description("write a report");
  withAsOf(withDemo(withCommonOptions(report.command("access-review"))))
    .description("the access review: who holds which access, how it is used, what to decide")
    .requiredOption("--out <folder>", "where the files go")
    .option("--format <list>", "html, csv, json", "html,csv,json")
    .action(accessReview);
}

async function accessReview(options: ReportOptions): Promise<void> {
  const started = performance.now();
  const output = new Output(options);
  const formats = reportFormats(options.format);
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    const at = asOfOption(options.asOf, runtime.now());
    if (options.asOf === undefined) await judgeDue(runtime, output);
    const { files, manifest } = await buildReport(reportPorts(runtime), at, formats);
    const all = [...files, { name: "manifest.json", content: readableJson(manifest) }];
    const folder = written(resolve(options.out), all);
    const elapsedMs = Math.round(performance.now() - started);
    output.value({
      folder,
      files: all.map((file) => file.name),
      asOf: at,
      digest: manifest.digest,
      elapsedMs,
    });
    output.say(
      `Access review as of ${at} in ${folder}: ${all.map((file) => file.name).join(", ")}.`,
    );
  } finally {
    await runtime.close();
  }
}

/** Each file appears whole: it is written beside its place and moved there, the manifest last. */
function written(folder: string, files: readonly { name: string; content: string }[]): string {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, content } of files) {
      const fresh = join(folder, `.${name}.new`);
      writeFileSync(fresh, content);
      renameSync(fresh, join(folder, name));
    }
    return folder;
  } catch (cause) {
    throw new Fault(
      "input.unreadable-file",
      `${folder} cannot be written; name a folder that this user may write to.`,
      { cause },
    );
  }
}
