// The registered services follow the configuration.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class SinkServicesTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AddSinks_WithoutKafka_AddsStoreOnly()
    {
        await using var services = Services(null);

        Assert.NotNull(services.GetRequiredService<EventStore>());
        Assert.Empty(services.GetServices<IHostedService>());
    }

    [Fact]
    public async Task AddSinks_WithKafka_AddsRelay()
    {
        await using var services = Services(new KafkaOptions("127.0.0.1:1", "events", new Dictionary<string, string>()));

        Assert.IsType<KafkaRelay>(Assert.Single(services.GetServices<IHostedService>()));
    }

    private ServiceProvider Services(KafkaOptions? kafka) =>
        new ServiceCollection()
            .AddLogging()
            .AddSinks(new SinkOptions(new StoreOptions(_folder.Database, TimeSpan.FromDays(30)), kafka))
            .BuildServiceProvider();
}
