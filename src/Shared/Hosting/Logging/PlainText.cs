using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Parsing;

namespace Xen.Hosting.Logging;

/// <summary>An event's message as a person reads it: strings without the quotes that Serilog puts around them.</summary>
static class PlainText
{
    internal static string Of(LogEvent logEvent)
    {
        var text = new StringBuilder();
        foreach (var token in logEvent.MessageTemplate.Tokens)
            if (token is PropertyToken property && logEvent.Properties.GetValueOrDefault(property.PropertyName) is ScalarValue scalar)
                text.Append(Convert.ToString(scalar.Value, CultureInfo.InvariantCulture));
            else
                text.Append(token);
        return text.ToString();
    }
}
