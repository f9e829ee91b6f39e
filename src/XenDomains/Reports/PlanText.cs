using System.Text;
using System.Text.Json;
using Xen.Hosting;
using XenDomains.Planning;
using XenDomains.Planning.Steps;

namespace XenDomains.Reports;

/// <summary>Writes a plan for people and for programs.</summary>
static class PlanText
{
    internal static string Of(Plan<StartStep> plan)
    {
        var text = new StringBuilder();
        foreach (var step in plan.Steps)
        {
            foreach (var move in step.Moves)
                text.Append("  ").Append(Verb(move.Move)).Append(' ').Append(move.Image.File).Append(": ").Append(move.Why).Append('\n');
            text.Append(Verb(step.Action)).Append(' ').Append(step.Name).Append(": ").Append(step.Why).Append(Order(step.After))
                .Append('\n');
        }
        return Finish(text, plan.Remarks, plan.Steps.Count);
    }

    internal static string Of(Plan<StopStep> plan)
    {
        var text = new StringBuilder();
        foreach (var step in plan.Steps)
            text.Append(step.IsFault ? "error: " : "").Append(step.Tries.Count == 0 ? "leave " : "stop ").Append(step.Name).Append(": ")
                .Append(Reason(step)).Append(Order(step.After)).Append('\n');
        return Finish(text, plan.Remarks, plan.Steps.Count);
    }

    internal static string JsonOf(Plan<StartStep> plan) => Json(writer =>
    {
        foreach (var step in plan.Steps)
        {
            writer.WriteStartObject();
            writer.WriteString("guest", step.Name);
            writer.WriteString("action", Verb(step.Action));
            writer.WriteString("why", step.Why);
            if (step.Config is not null)
                writer.WriteString("config", step.Config.File);
            if (step.Image is not null)
                writer.WriteString("image", step.Image.File);
            writer.WriteStrings("after", step.After);
            writer.WriteStrings("requires", step.Requires.Concat(step.Backends));
            writer.WriteStartArray("images");
            foreach (var move in step.Moves)
            {
                writer.WriteStartObject();
                writer.WriteString("file", move.Image.File);
                writer.WriteString("action", Verb(move.Move));
                writer.WriteString("why", move.Why);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }, plan.Remarks);

    internal static string JsonOf(Plan<StopStep> plan) => Json(writer =>
    {
        foreach (var step in plan.Steps)
        {
            writer.WriteStartObject();
            writer.WriteString("guest", step.Name);
            writer.WriteNumber("domid", step.Domain.Id);
            writer.WriteString("action", step.Tries.Count == 0 ? "leave" : "stop");
            writer.WriteBoolean("fault", step.IsFault);
            writer.WriteString("why", step.Why);
            writer.WriteStartArray("ways");
            foreach (var attempt in step.Tries)
            {
                writer.WriteStartObject();
                writer.WriteString("way", Way(attempt));
                if (attempt.Within is { } within)
                    writer.WriteNumber("within", within.TotalSeconds);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStrings("after", step.After);
            writer.WriteEndObject();
        }
    }, plan.Remarks);

    static string Json(Action<Utf8JsonWriter> steps, IReadOnlyList<string> remarks) => JsonText.Of(writer =>
    {
        writer.WriteStartArray("steps");
        steps(writer);
        writer.WriteEndArray();
        writer.WriteStrings("remarks", remarks);
    });

    static string Finish(StringBuilder text, IReadOnlyList<string> remarks, int steps)
    {
        if (steps == 0)
            text.Append("there is nothing to do\n");
        foreach (string remark in remarks)
            text.Append("note: ").Append(remark).Append('\n');
        return text.ToString();
    }

    static string Order(IReadOnlyList<string> after) => after.Count == 0 ? "" : $" (after {string.Join(", ", after)})";

    static string Reason(StopStep step)
    {
        string ways = string.Join(", else ",
            step.Tries.Select(attempt => Way(attempt) + (attempt.Within is { } within ? $" within {within.TotalSeconds:0} s" : "")));
        return step.Why is "" ? ways : ways is "" ? step.Why : $"{ways}: {step.Why}";
    }

    static string Way(StopTry attempt) => attempt.Way.ToString().ToLowerInvariant();

    static string Verb(StartAction action) => action switch
    {
        StartAction.Blocked => "hold", // plans have used this word since the first version
        _ => action.ToString().ToLowerInvariant(),
    };

    static string Verb(ImageMove move) => move switch
    {
        ImageMove.SetAside => "set aside",
        _ => move.ToString().ToLowerInvariant(),
    };
}
