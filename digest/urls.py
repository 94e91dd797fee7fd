from django.urls import path, re_path

from digest import feeds, maps, views

app_name = "archive"
urlpatterns = [
    path("", views.home, name="home"),
    path("issues/", views.issue_list, name="issue_list"),
    path("issues/<int:number>/", views.issue, name="issue"),
    path("issues/<int:number>/card.png", views.card, name="card"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("sources/<str:domain>/", views.source, name="source"),
    path("search/", views.search, name="search"),
    path("sitemap.xml", maps.sitemap, name="sitemap"),
    path("robots.txt", maps.robots, name="robots"),
    re_path(r"^media/issues/(?P<name>[0-9a-f]{32}\.(?:jpg|png))$", views.picture, name="picture"),
]
for form in feeds.FORMS:
    said = {"form": form}
    urlpatterns += [
        path(f"feeds/issues.{form}", feeds.issues, said, name=form),
        path(f"feeds/sections/<slug:slug>.{form}", feeds.section, said, name=f"section_{form}"),
    ]
